//! What is wrong with a form, field by field, so that it can be said beside the field.

use std::fmt;

use crate::AppError;

/// Fields by their names in the form, each with what is wrong with it, in Chinese. Several fields may
/// be wrong at once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems(Vec<(&'static str, String)>);

impl Problems {
    /// What is wrong with one field.
    #[must_use]
    pub fn one(field: &'static str, message: impl Into<String>) -> Self {
        Self(vec![(field, message.into())])
    }

    /// What is wrong with a field.
    #[must_use]
    pub fn of(&self, field: &str) -> Option<&str> {
        let found = self.0.iter().find(|(name, _)| *name == field);
        found.map(|(_, message)| message.as_str())
    }

    /// Whether everything is as it should be.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many fields are wrong.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Notes what is wrong with a field.
    pub fn add(&mut self, field: &'static str, message: impl Into<String>) {
        self.0.push((field, message.into()));
    }

    /// What a check found, or what is wrong with the field that it was about. What is not about the
    /// field, as a database that cannot be read, stays an error.
    pub(crate) fn hear<T>(
        &mut self,
        field: &'static str,
        checked: Result<T, AppError>,
    ) -> Result<Option<T>, AppError> {
        match checked {
            Ok(value) => Ok(Some(value)),
            Err(
                error @ (AppError::Argument(_)
                | AppError::Draft(_)
                | AppError::Refused(_)
                | AppError::UnknownConsultation(_)
                | AppError::NoConsultation(..)),
            ) => {
                self.add(field, error.to_string());
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Fails where something is wrong.
    pub(crate) fn settle(self) -> Result<(), AppError> {
        if self.is_empty() {
            Ok(())
        } else {
            Err(AppError::Form(self))
        }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (_, message)) in self.0.iter().enumerate() {
            let mark = if at == 0 { "" } else { "；" };
            write!(f, "{mark}{message}")?;
        }
        Ok(())
    }
}

impl From<Problems> for AppError {
    fn from(problems: Problems) -> Self {
        Self::Form(problems)
    }
}
