//! The names of closed sets: one for the wire, one for Chinese readers.

use crate::{
    Anchor, Channel, DuplicateKind, EditOp, EvidenceKind, MaterialKind, Permission,
    PersonalDataKind, Place, Placing, Rating, Role, Scope, Sla, Stance, Standing, StationKind,
    Status, StepState, Transfer, TransferAct, TransferState, Urgency, Validity, Visibility,
};

/// A value of a closed set with its names.
pub trait Named: Copy + PartialEq + 'static {
    /// Every value with its wire name and its Chinese name.
    const NAMES: &'static [(Self, &'static str, &'static str)];

    /// The stable name in files and interfaces.
    #[must_use]
    fn wire(self) -> &'static str {
        Self::NAMES.iter().find(|n| n.0 == self).map_or("", |n| n.1)
    }

    /// The name that readers see.
    #[must_use]
    fn chinese(self) -> &'static str {
        Self::NAMES.iter().find(|n| n.0 == self).map_or("", |n| n.2)
    }

    /// The value with this wire name or Chinese name.
    #[must_use]
    fn from_name(name: &str) -> Option<Self> {
        Self::NAMES
            .iter()
            .find(|n| n.1 == name || n.2 == name)
            .map(|n| n.0)
    }
}

macro_rules! named {
    ($($name:ty),+) => {
        $(impl Named for $name {
            const NAMES: &'static [(Self, &'static str, &'static str)] = &Self::ALL;
        })+
    };
}

named!(
    Anchor,
    Channel,
    DuplicateKind,
    EditOp,
    EvidenceKind,
    MaterialKind,
    Permission,
    PersonalDataKind,
    Place,
    Placing,
    Rating,
    Role,
    Scope,
    Sla,
    Stance,
    Standing,
    StationKind,
    Status,
    StepState,
    Transfer,
    TransferAct,
    TransferState,
    Urgency,
    Validity,
    Visibility
);

#[cfg(test)]
mod tests {
    use super::Named;
    use crate::{
        Anchor, Channel, DuplicateKind, EditOp, EvidenceKind, MaterialKind, Permission,
        PersonalDataKind, Place, Placing, Rating, Role, Scope, Sla, Stance, Standing, StationKind,
        Status, StepState, Transfer, TransferAct, TransferState, Urgency, Validity, Visibility,
    };

    fn names_lead_back<T: Named + std::fmt::Debug>() {
        for &(value, wire, chinese) in T::NAMES {
            assert_eq!(T::from_name(wire), Some(value));
            assert_eq!(T::from_name(chinese), Some(value));
            assert_eq!((value.wire(), value.chinese()), (wire, chinese));
        }
        assert_eq!(T::from_name("no such name"), None);
    }

    #[test]
    fn every_name_leads_back_to_its_value() {
        names_lead_back::<Anchor>();
        names_lead_back::<Channel>();
        names_lead_back::<DuplicateKind>();
        names_lead_back::<EditOp>();
        names_lead_back::<EvidenceKind>();
        names_lead_back::<MaterialKind>();
        names_lead_back::<Permission>();
        names_lead_back::<PersonalDataKind>();
        names_lead_back::<Place>();
        names_lead_back::<Placing>();
        names_lead_back::<Rating>();
        names_lead_back::<Role>();
        names_lead_back::<Scope>();
        names_lead_back::<Sla>();
        names_lead_back::<Stance>();
        names_lead_back::<Standing>();
        names_lead_back::<StationKind>();
        names_lead_back::<Status>();
        names_lead_back::<StepState>();
        names_lead_back::<Transfer>();
        names_lead_back::<TransferAct>();
        names_lead_back::<TransferState>();
        names_lead_back::<Urgency>();
        names_lead_back::<Validity>();
        names_lead_back::<Visibility>();
    }
}
