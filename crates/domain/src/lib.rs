//! The words of the domain, as plain data.
//!
//! **Invariant.** Nothing here knows of files, databases, HTTP, serialisation or models. Every other
//! crate depends on this one, and this one on none of them.
//!
//! All offsets are byte offsets into the text exactly as it was delivered; what leaves the program
//! counts Unicode scalar values instead, see [`Span::in_chars`].

pub mod analysis;
pub mod citation;
pub mod consultation;
pub mod decided;
pub mod decision;
pub mod disposition;
pub mod edit;
pub mod ids;
pub mod ledger;
pub mod library;
pub mod material;
pub mod names;
pub mod privacy;
pub mod provision;
pub mod role;
pub mod span;
pub mod station;
pub mod submission;
pub mod transfer;
pub mod workday;
pub mod workflow;

pub use analysis::{
    Analysis, Duplicate, DuplicateKind, Evidence, EvidenceKind, Link, Point, Scope, Stance, Status,
    Unit,
};
pub use citation::{Citation, CitationRole, CitedLaw, ParagraphNo, Target};
pub use consultation::{Consultation, Standing, Visibility, Window};
pub use decided::{Decided, PointState, Settled, UnitState};
pub use decision::{Aim, Change, Decision, Event, EventNo, Placing, Transfer, UnitRef};
pub use disposition::Disposition;
pub use edit::{Edit, EditOp};
pub use ids::{ArticleNo, CollectorId, ConsultationId, PointId, StationId, SubmissionId};
pub use ledger::{Ledger, Place};
pub use library::{Law, LawArticle, LawKey, Validity};
pub use material::{Material, MaterialKind};
pub use names::Named;
pub use privacy::{PersonalData, PersonalDataKind};
pub use provision::{Draft, Level, Node, NodeId};
pub use role::{Permission, Role};
pub use span::Span;
pub use station::{Station, StationKind};
pub use submission::{Channel, Submission, Submitter};
pub use transfer::{
    Rating, Sla, TransferAct, TransferEntry, TransferItem, TransferKey, TransferRefusal,
    TransferState,
};
pub use workday::{Day, WorkingDays};
pub use workflow::{Anchor, PlannedStep, Step, StepState, Urgency};
