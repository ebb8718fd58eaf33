//! When somebody of the public is asked to show that they are no program.
//!
//! Old people fail pictures that have to be made out, and a hall full of people shares an address: so
//! what looks like a program is neither refused nor made to guess, but asked for a little work.

use std::{convert::Infallible, time::Instant};

use axum::{extract::FromRequestParts, http::request::Parts};

use crate::{Site, auth};

/// Of what an address may send in a minute, the part that it may send without being asked: a quarter.
const UNASKED: u32 = 4;

/// Whether the address of whoever submits has sent so much that they are asked.
pub(crate) struct Often(pub(crate) bool);

impl FromRequestParts<Site> for Often {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Infallible> {
        let client = format!("unasked {}", auth::client(parts, &site.limits));
        let limit = site.limits.per_minute / UNASKED;
        let taken = site.rates.take(&client, limit, Instant::now());
        Ok(Self(taken.is_err()))
    }
}
