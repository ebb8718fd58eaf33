//! The index on disk and whose results it shows: it is made after results are put in force, and the
//! process may end in between.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use caifeng_search::{Document, SearchIndex};
use caifeng_text::segment::Segmenter;

use crate::{App, AppError};

/// In the index's folder: the number of the run whose results it shows.
const STAMP: &str = "run";

/// Where the index of a consultation is.
#[derive(Debug, Clone)]
pub(crate) struct Place(PathBuf);

impl Place {
    pub(crate) fn dir(&self) -> &Path {
        &self.0
    }

    fn stamp(&self) -> PathBuf {
        self.0.join(STAMP)
    }

    /// Whether the index was made, to its end, of the results of this run.
    pub(crate) fn is_of(&self, run: i64) -> bool {
        let stamp = fs::read_to_string(self.stamp());
        stamp.is_ok_and(|stamp| stamp.trim() == run.to_string()) && SearchIndex::exists(&self.0)
    }

    /// Takes the index for lost.
    pub(crate) fn forget(&self) {
        // One without a stamp is lost already.
        let _ = fs::remove_file(self.stamp());
    }

    /// Waits until no other process makes this index. The turn ends when the file is dropped.
    fn turn(&self) -> Result<fs::File, AppError> {
        let path = self.0.with_extension("lock");
        let failed = |source| AppError::file(&path, source);
        fs::create_dir_all(path.parent().unwrap_or(&self.0)).map_err(failed)?;
        let file = fs::File::create(&path).map_err(failed)?;
        file.lock().map_err(failed)?;
        Ok(file)
    }

    /// Makes the index anew of what `content` gives, and gives it open.
    pub(crate) fn write<D: IntoIterator<Item = Document>>(
        &self,
        run: i64,
        content: impl FnOnce() -> Result<(Arc<Segmenter>, D), AppError>,
    ) -> Result<SearchIndex, AppError> {
        let (segmenter, documents) = content()?;
        let _turn = self.turn()?;
        self.forget();
        if self.0.exists() {
            fs::remove_dir_all(&self.0).map_err(|source| AppError::file(&self.0, source))?;
        }
        let index = SearchIndex::create(&self.0, segmenter)?;
        index.rebuild(documents)?;
        let stamp = self.stamp();
        fs::write(&stamp, run.to_string()).map_err(|source| AppError::file(&stamp, source))?;
        Ok(index)
    }
}

impl App {
    pub(crate) fn index_of(&self, slug: &str) -> Place {
        Place(self.config.index(slug))
    }

    /// Makes an index anew: by another triage, which finds the same where nothing new arrived.
    pub(crate) async fn renew_index(&self, slug: &str) -> Result<(), AppError> {
        self.triage(Some(slug), Arc::new(())).await.map(|_| ())
    }

    /// Asks for triage of every consultation whose index is not of the results in force.
    pub async fn renew_indexes(&self) -> Result<(), AppError> {
        for (id, consultation) in self.store.consultations().await? {
            let place = self.index_of(&consultation.slug);
            if let Some(run) = self.store.run_in_force(id).await?
                && !place.is_of(run)
            {
                self.ask_for_triage(id).await?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use caifeng_domain::Visibility;
    use caifeng_text::segment::Segmenter;

    use crate::{App, Config, Overrides, SearchRequest};

    const ROWS: &str = "{\"id\":\"1\",\"text\":\"第二条的绳子应当写明长度\",\"channel\":\"web\"}\n\
        {\"id\":\"2\",\"text\":\"步道上的灯太暗\",\"channel\":\"web\",\"submitted_at\":\"2020-02-01T20:00:00Z\"}\n";

    async fn triaged(folder: &tempfile::TempDir) -> App {
        let said = Overrides {
            data: Some(folder.path().to_owned()),
            model: Some("lexical".into()),
            ..Overrides::default()
        };
        let app = App::open(Config::load(said, None).unwrap()).await.unwrap();
        app.create_consultation("c", "某条例", None, Visibility::Public, Vec::new())
            .await
            .unwrap();
        let draft = "某条例\n第一条　步道向公众开放。\n第二条　遛犬应当束绳。\n";
        app.import_draft("c", "d.txt", draft.as_bytes())
            .await
            .unwrap();
        app.import(None, "rows.jsonl", ROWS.into(), None, false)
            .await
            .unwrap();
        app.triage(None, Arc::new(())).await.unwrap();
        app
    }

    async fn count(app: &App, from: Option<&str>, to: Option<&str>) -> usize {
        let request = SearchRequest {
            text: "绳子 灯".into(),
            from: from.map(str::to_owned),
            to: to.map(str::to_owned),
            channel: Some("web".into()),
            limit: 9,
            ..SearchRequest::default()
        };
        app.search(None, request).await.unwrap().answer.total
    }

    #[test]
    fn processes_that_make_an_index_at_the_same_time_take_turns() {
        let folder = tempfile::tempdir().unwrap();
        let place = super::Place(folder.path().join("index").join("c"));
        let segmenter = Arc::new(Segmenter::new());
        std::thread::scope(|threads| {
            for run in 1..=4 {
                let (place, segmenter) = (&place, &segmenter);
                threads.spawn(move || {
                    for _ in 0..5 {
                        let content = || Ok((Arc::clone(segmenter), Vec::new()));
                        place.write(run, content).unwrap();
                    }
                });
            }
        });
        assert_eq!((1..=4).filter(|&run| place.is_of(run)).count(), 1);
    }

    #[tokio::test]
    async fn an_index_that_is_lost_old_or_broken_is_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let app = triaged(&folder).await;
        assert_eq!(count(&app, None, None).await, 2);
        let place = app.index_of("c");
        let jobs = async || app.background().await.unwrap().jobs.len();
        let before = jobs().await;
        app.renew_indexes().await.unwrap();
        assert_eq!(jobs().await, before, "nothing to do");

        // As if the process had ended between results and index.
        std::fs::write(place.stamp(), "0").unwrap();
        assert_eq!(count(&app, None, None).await, 2);
        std::fs::remove_dir_all(place.dir()).unwrap();
        assert_eq!(count(&app, None, None).await, 2);

        // Broken in different ways.
        for broken in ["", "{", "\0\0\0\0"] {
            for file in std::fs::read_dir(place.dir()).unwrap() {
                let path = file.unwrap().path();
                if path != place.stamp() {
                    std::fs::write(path, broken).unwrap();
                }
            }
            assert_eq!(count(&app, None, None).await, 2, "{broken:?}");
        }
    }

    #[tokio::test]
    async fn days_are_those_of_sending_and_else_of_arrival_in_china() {
        let folder = tempfile::tempdir().unwrap();
        let app = triaged(&folder).await;
        let today = crate::catalogue::today(jiff::Timestamp::now());
        assert_eq!(count(&app, Some("2020-02-02"), Some("2020-02-02")).await, 1);
        assert_eq!(count(&app, Some("2020-02-01"), Some("2020-02-01")).await, 0);
        assert_eq!(count(&app, Some(&today), None).await, 1, "it arrived today");
        assert_eq!(count(&app, None, Some("2020-12-31")).await, 1);
    }
}
