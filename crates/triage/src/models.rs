//! The weights in use, trained by `cargo xtask train` and committed as `models.json`.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::logistic::Logistic;

/// All learned weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Models {
    /// Link of a unit to an article that it does not name, when only units that cite are examples.
    pub first_link: Logistic,
    /// The same when confident links of the first are examples too.
    pub implicit_link: Logistic,
    /// Probability of a ranked article, by the log-odds of `first_link`.
    pub first_choice: Logistic,
    /// Probability of a ranked article, by the log-odds of `implicit_link`.
    pub implicit_choice: Logistic,
    /// Link of a unit to an article that it names.
    pub cited_link: Logistic,
    /// One a scope, in the order of [`caifeng_domain::Scope::ALL`].
    pub scope: Vec<Logistic>,
    /// One a stance, in the order of [`caifeng_domain::Stance::ALL`].
    pub stance: Vec<Logistic>,
    /// Complaint or not.
    pub complaint: Logistic,
    /// Spam or not.
    pub spam: Logistic,
    /// Whether two units of one bundle make the same point.
    pub same_point: Logistic,
    /// Whether two units of different bundles make the same point.
    pub same_point_across: Logistic,
    /// Probability of an article, by the unit itself and the others of its point.
    pub agreed_link: Logistic,
    /// The same of a scope, one model for all.
    pub agreed_scope: Logistic,
    /// The same of a stance, one model for all.
    pub agreed_stance: Logistic,
}

static COMMITTED: LazyLock<Models> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "a test reads the committed file")]
    serde_json::from_str(include_str!("../models.json")).expect("models.json is well formed")
});

impl Models {
    /// The committed weights.
    #[must_use]
    pub fn committed() -> &'static Self {
        &COMMITTED
    }
}

#[cfg(test)]
mod tests {
    use super::Models;
    use crate::{agree, link, points, scope, stance, status};

    #[test]
    fn the_committed_weights_fit_the_features_in_use() {
        let models = Models::committed();
        assert_eq!(models.first_link.features, link::FEATURES);
        assert_eq!(models.implicit_link.features, link::FEATURES);
        assert_eq!(models.first_choice.features, link::CHOICE_FEATURES);
        assert_eq!(models.implicit_choice.features, link::CHOICE_FEATURES);
        assert_eq!(models.cited_link.features, link::CITED_FEATURES);
        assert_eq!(models.same_point.features, points::FEATURES);
        assert_eq!(models.same_point_across.features, points::FEATURES);
        assert_eq!(models.agreed_link.features, agree::LINK_FEATURES);
        assert_eq!(models.agreed_scope.features, agree::CLASS_FEATURES);
        assert_eq!(models.agreed_stance.features, agree::CLASS_FEATURES);
        for model in &models.scope {
            assert_eq!(model.features, scope::FEATURES);
        }
        for model in &models.stance {
            assert_eq!(model.features, stance::FEATURES);
        }
        for model in [&models.complaint, &models.spam] {
            assert_eq!(model.features, status::FEATURES);
        }
    }
}
