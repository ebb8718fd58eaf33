//! What the tests of this crate share.

use std::path::Path;

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
