//! The written form of a decision. Old ones must stay readable: add, do not rename.

use caifeng_domain::{
    Aim, Change, Decision, Edit, NodeId, Placing, PointId, Scope, Span, Stance, Status,
    SubmissionId, Transfer, UnitRef,
};
use serde::{Deserialize, Serialize};

use crate::{
    rows::{from_wire, wire},
    triage::record::{EditRecord, Recorded, SpanRecord},
};

/// Submission, first byte, one past the last.
type UnitRecord = (u64, usize, usize);

#[derive(Serialize, Deserialize)]
pub(crate) struct AimRecord {
    scope: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    chapter: Option<u32>,
    #[serde(default)]
    articles: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub(crate) enum DecisionRecord {
    Aim {
        unit: UnitRecord,
        was: AimRecord,
        is: AimRecord,
    },
    Stance {
        unit: UnitRecord,
        was: String,
        is: String,
    },
    Edit {
        unit: UnitRecord,
        was: Option<EditRecord>,
        is: Option<EditRecord>,
    },
    Cut {
        submission: u64,
        was: Vec<SpanRecord>,
        is: Vec<SpanRecord>,
    },
    Status {
        submission: u64,
        was: String,
        is: String,
    },
    Place {
        why: String,
        units: Vec<(UnitRecord, u64)>,
        to: u64,
    },
    Dismiss {
        unit: UnitRecord,
        reason: String,
    },
    Transfer {
        unit: UnitRecord,
        to: String,
    },
    Confirm {
        point: u64,
        units: Vec<UnitRecord>,
    },
    Name {
        point: u64,
        text: String,
    },
    Wording {
        point: u64,
        text: String,
    },
    Editorial {
        point: u64,
        is: bool,
    },
    Pin {
        point: u64,
        unit: UnitRecord,
    },
    Assign {
        point: u64,
        to: String,
    },
    Memo {
        point: u64,
        text: String,
    },
    Dispose {
        point: u64,
        code: String,
        reason: String,
    },
    Approve {
        point: u64,
        of: u64,
    },
    Return {
        point: u64,
        of: u64,
        reason: String,
    },
    Contest {
        unit: UnitRecord,
        text: String,
    },
    Consult {
        points: Vec<u64>,
        expert: String,
        question: String,
    },
    Undo {
        of: u64,
    },
}

impl Recorded for UnitRef {
    type Record = UnitRecord;

    fn to_record(&self) -> UnitRecord {
        (self.submission.get(), self.span.start, self.span.end)
    }

    fn from_record((submission, start, end): UnitRecord) -> Option<Self> {
        Some(Self {
            submission: SubmissionId::new(submission)?,
            span: Span::new(start, end),
        })
    }
}

impl Recorded for Aim {
    type Record = AimRecord;

    fn to_record(&self) -> AimRecord {
        AimRecord {
            scope: wire(&Scope::ALL, self.scope).to_owned(),
            chapter: self.chapter.map(|node| node.0),
            articles: self.articles.iter().map(ToString::to_string).collect(),
        }
    }

    fn from_record(record: AimRecord) -> Option<Self> {
        let articles = record.articles.iter().map(|article| article.parse().ok());
        Some(Self {
            scope: from_wire(&Scope::ALL, &record.scope)?,
            chapter: record.chapter.map(NodeId),
            articles: articles.collect::<Option<_>>()?,
        })
    }
}

fn texts<T: Copy + PartialEq>(
    all: &[(T, &'static str, &'static str)],
    change: &Change<T>,
) -> (String, String) {
    let text = |value| wire(all, value).to_owned();
    (text(change.was), text(change.is))
}

fn values<T: Copy>(
    all: &[(T, &'static str, &'static str)],
    was: &str,
    is: &str,
) -> Option<Change<T>> {
    Some(Change {
        was: from_wire(all, was)?,
        is: from_wire(all, is)?,
    })
}

fn records<T: Recorded>(values: &[T]) -> Vec<T::Record> {
    values.iter().map(T::to_record).collect()
}

fn read<T: Recorded>(records: Vec<T::Record>) -> Option<Vec<T>> {
    records.into_iter().map(T::from_record).collect()
}

impl Recorded for Decision {
    type Record = DecisionRecord;

    fn to_record(&self) -> DecisionRecord {
        use DecisionRecord as R;
        match self {
            Self::Aim(unit, change) => R::Aim {
                unit: unit.to_record(),
                was: change.was.to_record(),
                is: change.is.to_record(),
            },
            Self::Stance(unit, change) => {
                let (was, is) = texts(&Stance::ALL, change);
                let unit = unit.to_record();
                R::Stance { unit, was, is }
            }
            Self::Edit(unit, change) => R::Edit {
                unit: unit.to_record(),
                was: change.was.as_ref().map(Recorded::to_record),
                is: change.is.as_ref().map(Recorded::to_record),
            },
            Self::Cut(submission, change) => R::Cut {
                submission: submission.get(),
                was: records(&change.was),
                is: records(&change.is),
            },
            Self::Status(submission, change) => {
                let (was, is) = texts(&Status::ALL, change);
                let submission = submission.get();
                R::Status {
                    submission,
                    was,
                    is,
                }
            }
            Self::Place { why, units, to } => R::Place {
                why: wire(&Placing::ALL, *why).to_owned(),
                units: (units.iter())
                    .map(|(unit, from)| (unit.to_record(), from.get()))
                    .collect(),
                to: to.get(),
            },
            Self::Dismiss(unit, reason) => R::Dismiss {
                unit: unit.to_record(),
                reason: reason.clone(),
            },
            Self::Consult(points, expert, question) => R::Consult {
                points: points.iter().map(|point| point.get()).collect(),
                expert: expert.clone(),
                question: question.clone(),
            },
            Self::Contest(unit, text) => R::Contest {
                unit: unit.to_record(),
                text: text.clone(),
            },
            Self::Transfer(unit, to) => R::Transfer {
                unit: unit.to_record(),
                to: wire(&Transfer::ALL, *to).to_owned(),
            },
            Self::Confirm(point, units) => R::Confirm {
                point: point.get(),
                units: records(units),
            },
            Self::Editorial(point, is) => R::Editorial {
                point: point.get(),
                is: *is,
            },
            Self::Pin(point, unit) => R::Pin {
                point: point.get(),
                unit: unit.to_record(),
            },
            Self::Name(point, text) => R::Name {
                point: point.get(),
                text: text.clone(),
            },
            Self::Wording(point, text) => R::Wording {
                point: point.get(),
                text: text.clone(),
            },
            Self::Assign(point, to) => R::Assign {
                point: point.get(),
                to: to.clone(),
            },
            Self::Memo(point, text) => R::Memo {
                point: point.get(),
                text: text.clone(),
            },
            Self::Dispose(point, code, reason) => R::Dispose {
                point: point.get(),
                code: code.clone(),
                reason: reason.clone(),
            },
            Self::Approve(point, of) => R::Approve {
                point: point.get(),
                of: *of,
            },
            Self::Return(point, of, reason) => R::Return {
                point: point.get(),
                of: *of,
                reason: reason.clone(),
            },
            Self::Undo(of) => R::Undo { of: *of },
        }
    }

    fn from_record(record: DecisionRecord) -> Option<Self> {
        use DecisionRecord as R;
        let unit = UnitRef::from_record;
        let point = PointId::new;
        Some(match record {
            R::Aim { unit: u, was, is } => {
                let (was, is) = (Aim::from_record(was)?, Aim::from_record(is)?);
                Self::Aim(unit(u)?, Change { was, is })
            }
            R::Stance { unit: u, was, is } => {
                Self::Stance(unit(u)?, values(&Stance::ALL, &was, &is)?)
            }
            R::Edit { unit: u, was, is } => {
                let edit = |record: Option<EditRecord>| match record {
                    Some(record) => Edit::from_record(record).map(Some),
                    None => Some(None),
                };
                let (was, is) = (edit(was)?, edit(is)?);
                Self::Edit(unit(u)?, Change { was, is })
            }
            R::Cut {
                submission,
                was,
                is,
            } => {
                let (was, is) = (read(was)?, read(is)?);
                Self::Cut(SubmissionId::new(submission)?, Change { was, is })
            }
            R::Status {
                submission,
                was,
                is,
            } => Self::Status(
                SubmissionId::new(submission)?,
                values(&Status::ALL, &was, &is)?,
            ),
            R::Place { why, units, to } => {
                let units = units.into_iter();
                Self::Place {
                    why: from_wire(&Placing::ALL, &why)?,
                    units: units
                        .map(|(u, from)| Some((unit(u)?, point(from)?)))
                        .collect::<Option<_>>()?,
                    to: point(to)?,
                }
            }
            R::Dismiss { unit: u, reason } => Self::Dismiss(unit(u)?, reason),
            R::Transfer { unit: u, to } => {
                Self::Transfer(unit(u)?, from_wire(&Transfer::ALL, &to)?)
            }
            R::Confirm { point: p, units } => Self::Confirm(point(p)?, read(units)?),
            R::Name { point: p, text } => Self::Name(point(p)?, text),
            R::Wording { point: p, text } => Self::Wording(point(p)?, text),
            R::Editorial { point: p, is } => Self::Editorial(point(p)?, is),
            R::Pin { point: p, unit: u } => Self::Pin(point(p)?, unit(u)?),
            R::Assign { point: p, to } => Self::Assign(point(p)?, to),
            R::Memo { point: p, text } => Self::Memo(point(p)?, text),
            R::Dispose {
                point: p,
                code,
                reason,
            } => Self::Dispose(point(p)?, code, reason),
            R::Approve { point: p, of } => Self::Approve(point(p)?, of),
            R::Return {
                point: p,
                of,
                reason,
            } => Self::Return(point(p)?, of, reason),
            R::Consult {
                points,
                expert,
                question,
            } => {
                let points = points.into_iter().map(point).collect::<Option<_>>()?;
                Self::Consult(points, expert, question)
            }
            R::Contest { unit: u, text } => Self::Contest(unit(u)?, text),
            R::Undo { of } => Self::Undo(of),
        })
    }
}
