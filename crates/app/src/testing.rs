//! What the tests of this crate share.

use std::path::Path;

use caifeng_domain::Role;
use caifeng_store::{Principal, PrincipalKind, Reach};

use crate::{Config, Overrides};

/// A data folder, and no model.
pub(crate) fn config(data: &Path) -> Config {
    let said = Overrides {
        data: Some(data.to_owned()),
        model: Some("lexical".to_owned()),
        ..Overrides::default()
    };
    Config::load(said, None).unwrap()
}

/// Somebody who signed in, without bounds of station or consultation.
pub(crate) fn somebody(name: &str, role: Role) -> Principal {
    Principal {
        kind: PrincipalKind::Account,
        name: name.to_owned(),
        role,
        reach: Reach::default(),
        has_factor: false,
    }
}
