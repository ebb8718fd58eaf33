//! Who asks, and whether they may.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Instant,
};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{
        HeaderMap,
        header::{AUTHORIZATION, COOKIE},
        request::Parts,
    },
};
use caifeng_app::{Principal, Refusal};
use caifeng_domain::Permission;

use crate::{Site, error::Fault};

/// Name of the cookie that holds a session's token.
pub(crate) const COOKIE_NAME: &str = "caifeng_session";

/// Who asks: the owner of an API key or of a session, or somebody of the public.
pub(crate) struct Caller(pub(crate) Option<Principal>);

impl Caller {
    /// Whoever asks, if they may do this.
    pub(crate) fn require(self, permission: Permission) -> Result<Principal, Fault> {
        match self.0 {
            None => Err(Refusal::Unauthenticated.into()),
            Some(by) if by.role.may(permission) => Ok(by),
            Some(_) => Err(Refusal::Forbidden.into()),
        }
    }

    /// Whether they may know of consultations for contact points only.
    pub(crate) fn sees_restricted(&self) -> bool {
        let by = self.0.as_ref();
        by.is_some_and(|by| by.role.may(Permission::SeeRestricted))
    }
}

/// A key that does not work is refused, as its owner should know. A session that has ended is none.
impl FromRequestParts<Site> for Caller {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Fault> {
        if let Some(header) = parts.headers.get(AUTHORIZATION) {
            let key = header.to_str().ok().and_then(|h| h.strip_prefix("Bearer "));
            let owner = site.app.api_key(key.unwrap_or_default().trim()).await?;
            return owner.map_or_else(
                || Err(Refusal::Unauthenticated.into()),
                |owner| Ok(Self(Some(owner))),
            );
        }
        match session_token(&parts.headers) {
            Some(token) => Ok(Self(site.app.session(token).await?)),
            None => Ok(Self(None)),
        }
    }
}

/// A caller who has not asked too often: accounts are counted each, everybody else by address.
pub(crate) struct Counted(pub(crate) Caller);

impl FromRequestParts<Site> for Counted {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Fault> {
        let caller = Caller::from_request_parts(parts, site).await;
        let client = match &caller {
            Ok(Caller(Some(by))) => format!("account {}", by.name),
            // Those with a wrong key too, or else they could go on guessing.
            Ok(Caller(None)) | Err(_) => address(parts, site.limits.behind_proxy).to_string(),
        };
        site.rates
            .take(&client, site.limits.per_minute, Instant::now())
            .map_err(Fault::too_often)?;
        Ok(Self(caller?))
    }
}

fn address(parts: &Parts, behind_proxy: bool) -> IpAddr {
    let forwarded = parts.headers.get_all("x-forwarded-for").iter().next_back();
    let forwarded = forwarded.filter(|_| behind_proxy).and_then(|header| {
        header
            .to_str()
            .ok()?
            .rsplit(',')
            .next()?
            .trim()
            .parse()
            .ok()
    });
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map(|ConnectInfo(address)| address.ip());
    forwarded
        .or(peer)
        .unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
}

/// The token in the session cookie.
pub(crate) fn session_token(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get(COOKIE)?.to_str().ok()?;
    cookies.split(';').find_map(|cookie| {
        let (name, value) = cookie.trim().split_once('=')?;
        (name == COOKIE_NAME).then_some(value)
    })
}
