//! Scans of letters and forms, recordings of what was said: which belongs to what. The bytes are `app`'s to keep.

use caifeng_domain::{Named, SubmissionId};

use crate::{
    Act, Store, StoreError, audit,
    rows::{get, get_id, get_usize, get_wire, signed, time_text, wire},
    vault::Owner,
};

/// What a file is, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A photograph.
    Jpeg,
    /// A picture.
    Png,
    /// A document.
    Pdf,
    /// A recording.
    Mp3,
    /// A recording.
    M4a,
    /// A recording.
    Ogg,
    /// A recording.
    Wav,
    /// A recording as WeChat makes them. Browsers do not play it.
    Amr,
}

impl FileKind {
    /// All with wire names (the ends of file names) and Chinese names.
    pub const ALL: [(Self, &'static str, &'static str); 8] = [
        (Self::Jpeg, "jpg", "照片"),
        (Self::Png, "png", "图片"),
        (Self::Pdf, "pdf", "PDF 文档"),
        (Self::Mp3, "mp3", "录音（MP3）"),
        (Self::M4a, "m4a", "录音（M4A）"),
        (Self::Ogg, "ogg", "录音（OGG）"),
        (Self::Wav, "wav", "录音（WAV）"),
        (Self::Amr, "amr", "录音（AMR）"),
    ];

    /// Whether somebody speaks in it.
    #[must_use]
    pub const fn is_recording(self) -> bool {
        !matches!(self, Self::Jpeg | Self::Png | Self::Pdf)
    }

    /// Its media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Pdf => "application/pdf",
            Self::Mp3 => "audio/mpeg",
            Self::M4a => "audio/mp4",
            Self::Ogg => "audio/ogg",
            Self::Wav => "audio/wav",
            Self::Amr => "audio/amr",
        }
    }
}

impl Named for FileKind {
    const NAMES: &'static [(Self, &'static str, &'static str)] = &Self::ALL;
}

/// A file that belongs to a submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its number.
    pub id: u64,
    /// By which its bytes are found.
    pub sha256: String,
    /// What it is.
    pub kind: FileKind,
    /// How large.
    pub bytes: usize,
}

impl Store {
    /// Adds a file to a submission, once.
    pub async fn attach(
        &self,
        act: &Act<'_>,
        submission: SubmissionId,
        sha256: &str,
        kind: FileKind,
        bytes: usize,
    ) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        let id = write.take_numbers("attachment", 1).await?;
        let added = sqlx::query(
            "insert into attachment (id, submission, sha256, kind, bytes, added_by, added_at)
             values ($1, $2, $3, $4, $5, $6, $7) on conflict (submission, sha256) do nothing",
        )
        .bind(signed(id))
        .bind(signed(submission.get()))
        .bind(sha256)
        .bind(wire(&FileKind::ALL, kind))
        .bind(signed(bytes as u64))
        .bind(act.actor)
        .bind(time_text(act.at))
        .execute(write.db())
        .await?;
        if added.rows_affected() == 0 {
            return Ok(());
        }
        let what = format!("{submission} attachment {id}");
        audit::append(&mut write, act, "attachment.add", &what).await?;
        write.commit().await
    }

    /// The files of a submission.
    pub async fn attachments(
        &self,
        submission: SubmissionId,
    ) -> Result<Vec<Attachment>, StoreError> {
        sqlx::query(
            "select id, sha256, kind, bytes from attachment where submission = $1 order by id",
        )
        .bind(signed(submission.get()))
        .fetch_all(self.pool())
        .await?
        .iter()
        .map(read)
        .collect()
    }

    /// Hashes of all files that belong to something, each once.
    pub async fn files(&self) -> Result<Vec<String>, StoreError> {
        sqlx::query(
            "select sha256 from attachment
             union select file_sha256 as sha256 from meeting where file_sha256 <> ''
             union select sha256 from package
             union select sha256 from report_file order by 1",
        )
        .fetch_all(self.pool())
        .await?
        .iter()
        .map(|row| get(row, "sha256"))
        .collect()
    }

    /// A file's bytes as they are kept. `sha256` is the hash of the bytes.
    pub fn seal_file(&self, sha256: &str, bytes: &[u8]) -> Result<Vec<u8>, StoreError> {
        self.vault()
            .seal_bytes(file_owner(sha256), bytes, self.random())
    }

    /// The bytes of a file as it is kept; those of before files were sealed are as they are.
    pub async fn open_file(&self, sha256: &str, kept: Vec<u8>) -> Result<Vec<u8>, StoreError> {
        if crate::vault::is_sealed(&kept) {
            self.open_sealed(file_owner(sha256), &kept).await
        } else {
            Ok(kept)
        }
    }

    /// A file by its number, and what it belongs to.
    pub async fn attachment(
        &self,
        id: u64,
    ) -> Result<Option<(SubmissionId, Attachment)>, StoreError> {
        let sql = "select id, submission, sha256, kind, bytes from attachment where id = $1";
        let row = sqlx::query(sql)
            .bind(signed(id))
            .fetch_optional(self.pool())
            .await?;
        let with_owner = |row| Ok((get_id(&row, "submission", SubmissionId::new)?, read(&row)?));
        row.map(with_owner).transpose()
    }
}

/// Bound to the beginning of its hash, so that none is taken for another.
fn file_owner(sha256: &str) -> Owner {
    let number = sha256
        .get(..16)
        .and_then(|half| u64::from_str_radix(half, 16).ok());
    Owner::Row("file", number.unwrap_or_default())
}

fn read(row: &sqlx::any::AnyRow) -> Result<Attachment, StoreError> {
    Ok(Attachment {
        id: get_id(row, "id", Some)?,
        sha256: get(row, "sha256")?,
        kind: get_wire(row, "kind", &FileKind::ALL)?,
        bytes: get_usize(row, "bytes")?,
    })
}

#[cfg(test)]
mod tests {
    use super::FileKind;
    use crate::testing::{act, fill, new_consultation, on_every_database};

    #[tokio::test]
    async fn the_same_file_twice_is_attached_once() {
        on_every_database(async |store| {
            let consultation = new_consultation(&store, "c").await;
            let id = fill(&store, consultation, 1).await[0];
            for _ in 0..2 {
                store
                    .attach(&act(), id, "ab", FileKind::Pdf, 7)
                    .await
                    .unwrap();
            }
            let all = store.attachments(id).await.unwrap();
            assert_eq!(all.len(), 1);
            assert_eq!(store.files().await.unwrap(), ["ab"]);
            let hash = "0a".repeat(32);
            let kept = store.seal_file(&hash, b"words").unwrap();
            assert!(!kept.windows(5).any(|part| part == b"words"));
            assert_eq!(
                store.open_file(&hash, kept.clone()).await.unwrap(),
                b"words"
            );
            assert!(store.open_file(&"0b".repeat(32), kept).await.is_err());
            let before = store.open_file(&hash, b"%PDF-".to_vec()).await.unwrap();
            assert_eq!(before, b"%PDF-", "kept before files were sealed");
            let one = store.attachment(all[0].id).await.unwrap();
            assert_eq!(one.as_ref(), Some(&(id, all[0].clone())));
            assert_eq!((all[0].kind, all[0].bytes), (FileKind::Pdf, 7));
        })
        .await;
    }
}
