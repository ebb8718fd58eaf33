//! Houses that send each other packages.

mod levels;
mod merging;
mod refused;

use std::sync::Arc;

use caifeng_channel::package::{Content, Manifest, Verified, open};
use caifeng_domain::{Role, Visibility};
use caifeng_store::{Merged, Principal};
use tempfile::TempDir;

use super::{ExchangeError, PackageNews, Packed, Received};
use crate::{App, AppError, Command, Config, LetterSettings, testing};

const DRAFT: &str = "某市河畔条例（草案）\n第一章　总则\n第一条　河畔步道向公众开放。\n\
                     第二条　遛犬应当束绳。\n第三条　车辆停放收费由市政府定价。\n";

/// A house with one consultation, `c`.
struct House {
    app: App,
    _folder: TempDir,
}

impl House {
    async fn new(organisation: &str) -> Self {
        Self::about(organisation, DRAFT).await
    }

    async fn about(organisation: &str, draft: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = Config {
            report: LetterSettings {
                organisation: Some(organisation.to_owned()),
                ..LetterSettings::default()
            },
            ..testing::config(folder.path())
        };
        let app = App::open(config).await.unwrap();
        app.create_consultation(
            "c",
            "某市河畔条例（草案）",
            None,
            Visibility::Public,
            Vec::new(),
        )
        .await
        .unwrap();
        app.import_draft("c", "d.txt", draft.as_bytes())
            .await
            .unwrap();
        Self {
            app,
            _folder: folder,
        }
    }

    async fn hears(&self, rows: &str) {
        let rows = rows.as_bytes().to_vec();
        let imported = self.app.import(Some("c"), "rows.jsonl", rows, None, false);
        assert!(imported.await.unwrap().errors.is_empty());
        self.triage().await;
    }

    async fn renames(&self, from: &str, to: &str) {
        let all = self.app.stations().await.unwrap();
        let (place, _) = all.iter().find(|(place, _)| place.name == from).unwrap();
        let by = testing::somebody("赵管", Role::SystemAdmin);
        let renamed = self.app.rename_place(&by, &place.code, to);
        renamed.await.unwrap();
    }

    async fn triage(&self) {
        self.app.triage(Some("c"), Arc::new(())).await.unwrap();
    }

    async fn packs(&self) -> Packed {
        self.app.export_package(None, Some("c")).await.unwrap()
    }

    async fn trusts(&self, other: &Self, name: &str) {
        let key = other.app.own_key().await.unwrap();
        let offered = self.app.trust(None, name, &key.line).await.unwrap();
        assert_eq!(offered.fingerprint, key.fingerprint);
    }

    async fn takes(&self, bytes: &[u8]) -> Result<Received, AppError> {
        self.app
            .receive_package(None, Some("c"), bytes.to_vec(), false)
            .await
    }

    async fn tries(&self, bytes: &[u8]) -> Result<Received, AppError> {
        self.app
            .receive_package(None, Some("c"), bytes.to_vec(), true)
            .await
    }

    /// Settles what becomes of the point of the submission that says this.
    async fn settles(&self, words: &str, code: &str, reason: &str) {
        let by = testing::somebody("王审", Role::Reviewer);
        let find = |desk: &crate::Desk| {
            let says = |place: &(usize, usize)| desk.material.words(*place).text.contains(words);
            let mut points = desk.points.values().map(|standing| &standing.point);
            Ok(points.find(|p| p.units.iter().any(says)).unwrap().id)
        };
        let point = self.app.at_desk(&by, "c", find).await.unwrap();
        let dispose = Command::Dispose(point, code.into(), reason.into());
        self.app.decide(&by, "c", dispose).await.unwrap();
        let second: Principal = testing::somebody("李核", Role::Approver);
        self.app
            .decide(&second, "c", Command::Approve(point))
            .await
            .unwrap();
    }
}

fn read(packed: &Packed) -> Verified {
    open(&packed.bytes).unwrap().verified().unwrap()
}

fn said(packed: &Packed) -> (Manifest, Content) {
    let read = read(packed);
    (read.manifest, read.content)
}

#[track_caller]
fn merged(received: &Received) -> Merged {
    match &received.news {
        PackageNews::Submissions { merged, .. } => *merged,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn code<T: std::fmt::Debug>(result: Result<T, AppError>) -> &'static str {
    match result.unwrap_err() {
        AppError::Exchange(error) => ExchangeError::code(&error),
        other => panic!("{other:?}"),
    }
}
