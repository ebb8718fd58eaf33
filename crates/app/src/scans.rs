//! Scans of letters and forms and recordings of voices, beside what was typed in from them (代录).

use caifeng_domain::{Permission, SubmissionId};
use caifeng_store::{Act, Attachment, FileKind, Principal, Receipt, StoredSubmission};
use jiff::Timestamp;

use crate::{App, AppError, Refusal};

/// Bytes of one scan: a page at 300 dpi has some three million.
pub const MAX_SCAN_BYTES: usize = 8 << 20;
/// Scans of one submission.
pub const MAX_SCANS: usize = 20;

/// Where the first bytes of what is taken stand, and what they are. Names of files say nothing and are
/// ignored.
const MAGIC: [(FileKind, usize, &[u8]); 12] = [
    (FileKind::Jpeg, 0, b"\xff\xd8\xff"),
    (FileKind::Png, 0, b"\x89PNG\r\n\x1a\n"),
    (FileKind::Pdf, 0, b"%PDF-"),
    (FileKind::Mp3, 0, b"ID3"),
    (FileKind::Mp3, 0, b"\xff\xfb"),
    (FileKind::Mp3, 0, b"\xff\xf3"),
    (FileKind::Mp3, 0, b"\xff\xf2"),
    (FileKind::M4a, 4, b"ftypM4A "),
    (FileKind::M4a, 4, b"ftypmp42"),
    (FileKind::Ogg, 0, b"OggS"),
    (FileKind::Wav, 8, b"WAVEfmt "),
    (FileKind::Amr, 0, b"#!AMR"),
];

/// A scan with its bytes.
#[derive(Debug, Clone)]
pub struct Scan {
    /// What it is.
    pub kind: FileKind,
    /// All of it.
    pub bytes: Vec<u8>,
}

impl App {
    /// Adds scans to the submission with this receipt: all of them or, if one cannot be used, none.
    pub async fn attach_scans(
        &self,
        by: &Principal,
        receipt: &str,
        files: Vec<Vec<u8>>,
    ) -> Result<(), AppError> {
        let submission = self.submission_of(by, receipt).await?;
        let there = self.store.attachments(submission).await?.len();
        if files.is_empty() {
            return Err(Refusal::BadFile("请选择要附上的文件".to_owned()).into());
        }
        if there + files.len() > MAX_SCANS {
            return Err(Refusal::BadFile(format!("一件来件最多附 {MAX_SCANS} 个扫描件")).into());
        }
        let kinds = kinds(&files)?;
        for (kind, file) in kinds.into_iter().zip(files) {
            let bytes = file.len();
            let sha256 = self.put_file(file).await?;
            let act = Act {
                actor: &by.name,
                at: Timestamp::now(),
            };
            self.store
                .attach(&act, submission, &sha256, kind, bytes)
                .await?;
        }
        Ok(())
    }

    /// The scans of the submission with this receipt.
    pub async fn scans(&self, by: &Principal, receipt: &str) -> Result<Vec<Attachment>, AppError> {
        let submission = self.submission_of(by, receipt).await?;
        Ok(self.store.attachments(submission).await?)
    }

    /// A scan by its number. Who looked at it stands in the audit trail: it may show a name.
    pub async fn scan(&self, by: &Principal, id: u64) -> Result<Scan, AppError> {
        let found = self.store.attachment(id).await?;
        let (submission, attachment) = found.ok_or(Refusal::UnknownAddress)?;
        let stored = self.store.submission(submission).await?;
        let stored = stored.ok_or(Refusal::UnknownAddress)?;
        if !self.may_see(by, &stored).await? {
            return Err(Refusal::UnknownAddress.into());
        }
        let act = Act {
            actor: &by.name,
            at: Timestamp::now(),
        };
        let what = format!("{submission} attachment {id}");
        self.store.audit(&act, "attachment.read", &what).await?;
        Ok(Scan {
            kind: attachment.kind,
            bytes: self.file(&attachment.sha256).await?,
        })
    }

    async fn submission_of(&self, by: &Principal, receipt: &str) -> Result<SubmissionId, AppError> {
        let receipt: Receipt = receipt.parse().map_err(|_| Refusal::BadReceipt)?;
        let found = self.store.submission_by_receipt(&receipt).await?;
        let found = found.ok_or(Refusal::UnknownReceipt)?;
        if self.may_see(by, &found).await? {
            Ok(found.id)
        } else {
            Err(Refusal::UnknownReceipt.into())
        }
    }

    /// Whether a submission lies where `by` may write down what others say.
    async fn may_see(&self, by: &Principal, stored: &StoredSubmission) -> Result<bool, AppError> {
        let all = self.consultations().await?;
        let listed = all.iter().find(|one| one.id == stored.consultation);
        let may = listed
            .is_some_and(|one| one.is_known_to(Some(by)) && one.allows(by, Permission::Transcribe));
        let station = stored.submission.station.as_ref();
        let theirs = self.names_of(Some(by)).await?;
        let is_theirs = theirs.is_none_or(|names| station.is_some_and(|name| names.contains(name)));
        Ok(may && is_theirs)
    }
}

/// What files are, if all of them can be used.
pub(crate) fn kinds(files: &[Vec<u8>]) -> Result<Vec<FileKind>, Refusal> {
    files.iter().map(|file| kind(file)).collect()
}

fn kind(file: &[u8]) -> Result<FileKind, Refusal> {
    if file.len() > MAX_SCAN_BYTES {
        return Err(Refusal::TooLarge);
    }
    let is_there = |at: usize, magic: &[u8]| file.get(at..).is_some_and(|f| f.starts_with(magic));
    let found = MAGIC.iter().find(|(_, at, magic)| is_there(*at, magic));
    found.map(|(kind, ..)| *kind).ok_or_else(|| {
        let message = "扫描件应是 JPG、PNG 或 PDF，录音应是 MP3、M4A、OGG、WAV 或 AMR";
        Refusal::BadFile(message.to_owned())
    })
}
