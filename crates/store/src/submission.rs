//! Reading the journal.

use std::{collections::BTreeMap, fmt};

use caifeng_domain::{
    ArticleNo, Channel, ConsultationId, Named, Submission, SubmissionId, Submitter,
};
use jiff::Timestamp;
use sqlx::any::AnyRow;

use crate::{
    Receipt, Store, StoreError,
    rows::{corrupt, get, get_id, get_time, get_usize, get_wire, signed, time_text, to_id},
    vault::Owner,
};

/// A pseudonym: one sender within one consultation. Shown as `U-42`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SenderId(u64);

impl SenderId {
    /// Wraps a row number. Zero is not one.
    #[must_use]
    pub const fn new(raw: u64) -> Option<Self> {
        if raw == 0 { None } else { Some(Self(raw)) }
    }

    /// The stored form.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for SenderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "U-{}", self.0)
    }
}

/// A submission in the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSubmission {
    /// Its number, in the order of arrival.
    pub id: SubmissionId,
    /// Where it belongs.
    pub consultation: ConsultationId,
    /// What its sender can ask with.
    pub receipt: Receipt,
    /// When it was written down, to the microsecond.
    pub received_at: Timestamp,
    /// The same for submissions of the same sender. None: nothing is known by which a sender could
    /// be told, and each counts as one.
    pub sender: Option<SenderId>,
    /// Whether the sender took it back.
    pub withdrawn: bool,
    /// What arrived. Name and telephone are filled in by [`Store::submissions_for_triage`] only.
    pub submission: Submission,
}

/// What a sender learns who asks with the receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tracked {
    /// Where it belongs.
    pub consultation: ConsultationId,
    /// When it was written down.
    pub received_at: Timestamp,
    /// Number of the key question that it answers.
    pub question: Option<u32>,
    /// How far it is.
    pub stage: TrackedStage,
}

/// How far a submission is, as far as the program knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrackedStage {
    /// In the journal.
    Received,
    /// Its words are in the bundles of the articles that they are about.
    Bundled,
    /// Read as the sender's own case, and to be passed on.
    Referred,
    /// To be looked at by a person.
    Review,
    /// Taken back by its sender.
    Withdrawn,
}

impl TrackedStage {
    /// All with wire names and Chinese names.
    pub const ALL: [(Self, &'static str, &'static str); 5] = [
        (Self::Received, "received", "已受理"),
        (Self::Bundled, "bundled", "已归类"),
        (Self::Referred, "referred", "已受理，拟转有关部门"),
        (Self::Review, "review", "已受理，待人工查看"),
        (Self::Withdrawn, "withdrawn", "已撤回"),
    ];
}

impl Named for TrackedStage {
    const NAMES: &'static [(Self, &'static str, &'static str)] = &Self::ALL;
}

/// Submissions read at a time.
const PAGE: usize = 2_000;

/// The name of the place of a submission `s`: what that place is called now.
macro_rules! place_name {
    () => {
        "coalesce((select coalesce(p.name, n.name || '（同名，未能分辨）')
             from station_name n left join station p on p.id = n.station
             where n.name = s.station and n.until > s.received_at
             order by n.until limit 1), s.station) as station"
    };
}
pub(crate) use place_name;

/// The columns of [`StoredSubmission`]; with `sealed` where identities are wanted.
macro_rules! select {
    ($columns:literal, $rest:literal) => {
        concat!(
            "select s.id, s.consultation, s.receipt, s.received_at, s.external_id, s.channel,
                 s.submitted_at, s.article_hint, s.sender, s.sender_group, s.region,
                 s.text, w.withdrawn_at, ",
            place_name!(),
            $columns,
            " from submission s left join withdrawal w on w.submission = s.id ",
            $rest
        )
    };
}

const PAGE_SQL: &str = select!(
    "",
    "where s.consultation = $1 and s.id > $2 order by s.id limit $3"
);
const TRIAGE_SQL: &str = select!(
    ", i.sealed",
    "left join identity i on i.submission = s.id
     where s.consultation = $1 and s.id > $2 and w.withdrawn_at is null
     order by s.id limit $3"
);
const ONE_SQL: &str = select!("", "where s.id = $1");
const RECEIPT_SQL: &str = select!("", "where s.receipt = $1");

impl Store {
    /// All submissions of a consultation by number, withdrawn ones too, without identities.
    pub async fn submissions(
        &self,
        consultation: ConsultationId,
    ) -> Result<Vec<StoredSubmission>, StoreError> {
        let mut all = Vec::new();
        loop {
            let after = all.last().map(|last: &StoredSubmission| last.id);
            let page = self.submissions_after(consultation, after, PAGE).await?;
            let is_last = page.len() < PAGE;
            all.extend(page);
            if is_last {
                return Ok(all);
            }
        }
    }

    /// At most `limit` submissions with numbers greater than `after`, by number. As numbers are in
    /// the order of commits, whoever goes on from the last one seen misses none.
    pub async fn submissions_after(
        &self,
        consultation: ConsultationId,
        after: Option<SubmissionId>,
        limit: usize,
    ) -> Result<Vec<StoredSubmission>, StoreError> {
        self.page(PAGE_SQL, consultation, after, limit)
            .await?
            .iter()
            .map(read)
            .collect()
    }

    /// What triage works on: everything that was not withdrawn, by number, with the names and
    /// telephone numbers that its recognition of personal data looks for.
    pub async fn submissions_for_triage(
        &self,
        consultation: ConsultationId,
    ) -> Result<Vec<StoredSubmission>, StoreError> {
        self.refresh_keys().await?;
        let mut all: Vec<StoredSubmission> = Vec::new();
        loop {
            let after = all.last().map(|last| last.id);
            let page = self.page(TRIAGE_SQL, consultation, after, PAGE).await?;
            for row in &page {
                let mut stored = read(row)?;
                if let Some(sealed) = get::<Option<&[u8]>>(row, "sealed")? {
                    let submitter = &mut stored.submission.submitter;
                    self.vault()
                        .open(Owner::Sender(stored.id), sealed, submitter)?;
                }
                all.push(stored);
            }
            if page.len() < PAGE {
                return Ok(all);
            }
        }
    }

    /// Which submissions of a consultation answer a key question, and the question's number.
    pub async fn answers(
        &self,
        consultation: ConsultationId,
    ) -> Result<BTreeMap<SubmissionId, u32>, StoreError> {
        let sql = "select id, question from submission where consultation = $1 and question > 0";
        sqlx::query(sql)
            .bind(signed(consultation.get()))
            .fetch_all(self.pool())
            .await?
            .iter()
            .map(|row| {
                let number: i64 = get(row, "question")?;
                let number = number.try_into();
                Ok((
                    get_id(row, "id", SubmissionId::new)?,
                    number.map_err(|_| corrupt("question", "no number"))?,
                ))
            })
            .collect()
    }

    /// The submission with this number.
    pub async fn submission(
        &self,
        id: SubmissionId,
    ) -> Result<Option<StoredSubmission>, StoreError> {
        let query = sqlx::query(ONE_SQL).bind(signed(id.get()));
        let row = query.fetch_optional(self.pool()).await?;
        row.as_ref().map(read).transpose()
    }

    /// The submission with this receipt.
    pub async fn submission_by_receipt(
        &self,
        receipt: &Receipt,
    ) -> Result<Option<StoredSubmission>, StoreError> {
        let query = sqlx::query(RECEIPT_SQL).bind(receipt.as_str());
        let row = query.fetch_optional(self.pool()).await?;
        row.as_ref().map(read).transpose()
    }

    /// Where the submission with this receipt is. None when there is none.
    pub async fn tracked(&self, receipt: &Receipt) -> Result<Option<Tracked>, StoreError> {
        let row = sqlx::query(
            "select s.consultation, s.received_at, s.question, w.withdrawn_at, a.status,
                 (select count(*) from unit u
                  where u.run = c.current_run and u.submission = s.id) as units
             from submission s
             join consultation c on c.id = s.consultation
             left join withdrawal w on w.submission = s.id
             left join analysis a on a.run = c.current_run and a.submission = s.id
             where s.receipt = $1",
        )
        .bind(receipt.as_str())
        .fetch_optional(self.pool())
        .await?;
        let Some(row) = row else { return Ok(None) };
        let withdrawn: Option<&str> = get(&row, "withdrawn_at")?;
        let status: Option<&str> = get(&row, "status")?;
        let stage = match (withdrawn, status) {
            (Some(_), _) => TrackedStage::Withdrawn,
            (None, None) => TrackedStage::Received,
            (None, Some("complaint")) => TrackedStage::Referred,
            (None, Some(_)) if get::<i64>(&row, "units")? > 0 => TrackedStage::Bundled,
            (None, Some(_)) => TrackedStage::Review,
        };
        Ok(Some(Tracked {
            consultation: get_id(&row, "consultation", ConsultationId::new)?,
            received_at: get_time(&row, "received_at")?,
            question: get::<Option<i64>>(&row, "question")?
                .map(|number| u32::try_from(number).map_err(|_| corrupt("question", "no number")))
                .transpose()?,
            stage,
        }))
    }

    /// How many submissions a consultation has that stand, and of how many senders: who cannot be told
    /// apart counts once each time.
    pub async fn participation(
        &self,
        consultation: ConsultationId,
    ) -> Result<(usize, usize), StoreError> {
        let row = sqlx::query(
            "select count(*) as submissions, count(distinct coalesce(s.sender, -s.id)) as senders
             from submission s left join withdrawal w on w.submission = s.id
             where s.consultation = $1 and w.submission is null",
        )
        .bind(signed(consultation.get()))
        .fetch_one(self.pool())
        .await?;
        Ok((get_usize(&row, "submissions")?, get_usize(&row, "senders")?))
    }

    /// When the first triage that began after this moment was done.
    pub async fn triaged_after(
        &self,
        consultation: ConsultationId,
        received: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        let row = sqlx::query(
            "select min(finished_at) as first from triage_run
             where consultation = $1 and started_at >= $2",
        )
        .bind(signed(consultation.get()))
        .bind(time_text(received))
        .fetch_one(self.pool())
        .await?;
        let first: Option<&str> = get(&row, "first")?;
        first.map(|_| get_time(&row, "first")).transpose()
    }

    async fn page(
        &self,
        sql: &'static str,
        consultation: ConsultationId,
        after: Option<SubmissionId>,
        limit: usize,
    ) -> Result<Vec<AnyRow>, StoreError> {
        Ok(sqlx::query(sql)
            .bind(signed(consultation.get()))
            .bind(after.map_or(0, |id| signed(id.get())))
            .bind(signed(limit as u64))
            .fetch_all(self.pool())
            .await?)
    }
}

fn read(row: &AnyRow) -> Result<StoredSubmission, StoreError> {
    let hint: Option<&str> = get(row, "article_hint")?;
    let hint = hint.map(|hint| {
        let wrong = |_| corrupt("article_hint", hint);
        hint.parse::<ArticleNo>().map_err(wrong)
    });
    let sender: Option<i64> = get(row, "sender")?;
    Ok(StoredSubmission {
        id: get_id(row, "id", SubmissionId::new)?,
        consultation: get_id(row, "consultation", ConsultationId::new)?,
        receipt: Receipt::stored(get(row, "receipt")?)?,
        received_at: get_time(row, "received_at")?,
        sender: sender
            .map(|id| to_id("sender", id, SenderId::new))
            .transpose()?,
        withdrawn: get::<Option<&str>>(row, "withdrawn_at")?.is_some(),
        submission: Submission {
            external_id: get(row, "external_id")?,
            channel: get_wire(row, "channel", &Channel::ALL)?,
            station: get(row, "station")?,
            submitted_at: get(row, "submitted_at")?,
            article_hint: hint.transpose()?,
            submitter: Submitter {
                name: None,
                phone: None,
                identity: get(row, "sender_group")?,
                region: get(row, "region")?,
                account: None,
            },
            text: get(row, "text")?,
        },
    })
}
