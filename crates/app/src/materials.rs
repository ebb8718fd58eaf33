//! Texts published beside a draft: 说明, 解读.

use caifeng_domain::{Material, MaterialKind, Permission};
use caifeng_law::draft;
use caifeng_store::{Act, Principal};
use jiff::Timestamp;

use crate::{App, AppError, Listed, Refusal};

/// Characters of a heading.
const TITLE: usize = 100;

impl App {
    /// The texts beside the draft of a consultation that whoever asks may know of, with their numbers.
    pub async fn materials(&self, listed: &Listed) -> Result<Vec<(u64, Material)>, AppError> {
        Ok(self.store.materials(listed.id).await?)
    }

    /// Puts the words of a file beside a draft, and returns its number. `by` is nobody at the command
    /// line. Without a title the first paragraph is it.
    pub async fn add_material(
        &self,
        by: Option<&Principal>,
        slug: &str,
        kind: MaterialKind,
        title: &str,
        (file_name, bytes): (&str, &[u8]),
    ) -> Result<u64, AppError> {
        let listed = self.managed(by, slug).await?;
        let mut paragraphs = draft::words(bytes, file_name)?;
        if paragraphs.is_empty() {
            let empty = format!("文件 {file_name} 里没有文字");
            return Err(Refusal::BadFile(empty).into());
        }
        let title = match title.trim() {
            "" => paragraphs.remove(0),
            title => title.to_owned(),
        };
        if title.chars().count() > TITLE {
            let (field, max) = ("标题", TITLE);
            return Err(Refusal::LongField { field, max }.into());
        }
        if paragraphs.iter().chain([&title]).any(|p| p.contains('\0')) {
            return Err(Refusal::ControlCharacter.into());
        }
        let material = Material {
            kind,
            title,
            paragraphs,
        };
        let act = act(by);
        Ok(self.store.add_material(&act, listed.id, &material).await?)
    }

    /// Takes a text away.
    pub async fn remove_material(
        &self,
        by: Option<&Principal>,
        slug: &str,
        number: u64,
    ) -> Result<(), AppError> {
        let listed = self.managed(by, slug).await?;
        if self
            .store
            .remove_material(&act(by), listed.id, number)
            .await?
        {
            Ok(())
        } else {
            Err(Refusal::Handled.into())
        }
    }

    async fn managed(&self, by: Option<&Principal>, slug: &str) -> Result<Listed, AppError> {
        match by {
            Some(by) => self.consultation_to(by, Permission::Review, slug).await,
            None => self.consultation(slug, true).await,
        }
    }
}

fn act(by: Option<&Principal>) -> Act<'_> {
    Act {
        actor: by.map_or("cli", |by| &by.name),
        at: Timestamp::now(),
    }
}
