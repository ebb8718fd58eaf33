//! Who asks, and whether they may.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
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
use caifeng_app::{Principal, PrincipalKind, Refusal};
use caifeng_domain::Permission;
use tokio::sync::OwnedSemaphorePermit;

use crate::{Limits, Site, error::Fault};

/// Addresses of many people: so many times what one of them may ask for.
const SHARED: u32 = 10;

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

    /// Whoever is signed in, whatever they may do.
    pub(crate) fn require_account(self) -> Result<Principal, Fault> {
        match self.0 {
            Some(by) if by.kind == PrincipalKind::Account => Ok(by),
            Some(_) => Err(Refusal::Forbidden.into()),
            None => Err(Refusal::Unauthenticated.into()),
        }
    }
}

/// Whoever is signed in, on the pages of their own account: those are open to administrators who
/// still have to set up a second factor. What they send is counted as by [`Counted`].
pub(crate) struct Owner(pub(crate) Caller);

impl FromRequestParts<Site> for Owner {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Fault> {
        let caller = who(parts, site).await.map(Caller);
        if !parts.method.is_safe() {
            count(parts, site, &caller)?;
        }
        Ok(Self(caller?))
    }
}

/// A key that does not work is refused, as its owner should know. A session that has ended is none.
impl FromRequestParts<Site> for Caller {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Fault> {
        let who = who(parts, site).await?;
        let lacks_factor = |by: &Principal| {
            by.kind == PrincipalKind::Account && by.role.is_administrator() && !by.has_factor
        };
        if site.limits.admins_need_factor && who.as_ref().is_some_and(lacks_factor) {
            return Err(Refusal::FactorNeeded.into());
        }
        Ok(Self(who))
    }
}

async fn who(parts: &Parts, site: &Site) -> Result<Option<Principal>, Fault> {
    if let Some(header) = parts.headers.get(AUTHORIZATION) {
        let key = header.to_str().ok().and_then(|h| h.strip_prefix("Bearer "));
        let owner = site.app.api_key(key.unwrap_or_default().trim()).await?;
        return match owner {
            Some(owner) => Ok(Some(owner)),
            None => Err(Refusal::Unauthenticated.into()),
        };
    }
    match session_token(&parts.headers, &site.limits) {
        Some(token) => Ok(site.app.session(token).await?),
        None => Ok(None),
    }
}

/// A caller who has not asked too often. Accounts, and the keys of platforms and devices, are counted
/// each; everybody is counted by address, where those who are known may be many.
pub(crate) struct Counted(pub(crate) Caller);

impl FromRequestParts<Site> for Counted {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Fault> {
        let caller = Caller::from_request_parts(parts, site).await;
        count(parts, site, &caller)?;
        Ok(Self(caller?))
    }
}

/// Counts by address alone, before a body is read: for machines that are known by what is in it. A
/// hall's devices share an address.
pub(crate) struct Arrived;

impl FromRequestParts<Site> for Arrived {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Fault> {
        let address = network(address(parts, site.limits.behind_proxy));
        let limit = site.limits.per_minute.saturating_mul(SHARED);
        let taken = site
            .rates
            .take(&format!("machine at {address}"), limit, Instant::now());
        taken.map(|()| Self).map_err(Fault::too_often)
    }
}

/// A platform that may deliver in bulk, found out before its body is read.
pub(crate) struct Deliverer(pub(crate) Principal);

impl FromRequestParts<Site> for Deliverer {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Fault> {
        let Counted(caller) = Counted::from_request_parts(parts, site).await?;
        Ok(Self(caller.require(Permission::BulkIntake)?))
    }
}

/// Room for one more large body, held while it is read and worked on; for one as large as `BODIES` of
/// them.
pub(crate) struct Room<const BODIES: u32 = 1>(
    #[expect(dead_code, reason = "held, not used")] OwnedSemaphorePermit,
);

impl<const BODIES: u32> FromRequestParts<Site> for Room<BODIES> {
    type Rejection = Fault;

    async fn from_request_parts(_: &mut Parts, site: &Site) -> Result<Self, Fault> {
        let all = u32::try_from(site.limits.large_bodies).unwrap_or(u32::MAX);
        let permit = Arc::clone(&site.large).try_acquire_many_owned(BODIES.min(all));
        permit.map(Self).map_err(|_| Fault::busy())
    }
}

fn count(parts: &Parts, site: &Site, caller: &Result<Caller, Fault>) -> Result<(), Fault> {
    let (now, limit) = (Instant::now(), site.limits.per_minute);
    let take = |client: &str, limit| {
        let taken = site.rates.take(client, limit, now);
        taken.map_err(Fault::too_often)
    };
    let address = client(parts, &site.limits);
    match caller {
        Ok(Caller(Some(by))) => {
            let kind = match by.kind {
                PrincipalKind::Account => "account",
                PrincipalKind::Key => "key",
            };
            take(&format!("{kind} {}", by.name), limit)?;
            take(&format!("known at {address}"), limit.saturating_mul(SHARED))
        }
        // Those with a wrong key too, or else they could go on guessing.
        Ok(Caller(None)) | Err(_) => take(&address, limit),
    }
}

/// Whose requests are counted together where nobody says who they are.
pub(crate) fn client(parts: &Parts, limits: &Limits) -> String {
    network(address(parts, limits.behind_proxy)).to_string()
}

/// What one client has: of the addresses of IPv6, which are given out by the 2⁶⁴, the network.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() >> 64 << 64).into()),
        v4 @ IpAddr::V4(_) => v4,
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
pub(crate) fn session_token<'h>(headers: &'h HeaderMap, limits: &Limits) -> Option<&'h str> {
    let cookies = headers.get(COOKIE)?.to_str().ok()?;
    cookies.split(';').find_map(|cookie| {
        let (name, value) = cookie.trim().split_once('=')?;
        (name == limits.cookie()).then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::network;

    #[test]
    fn a_client_is_its_network_where_it_has_many_addresses() {
        for (address, want) in [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
            ("2001:db8:1:3::1", "2001:db8:1:3::"),
        ] {
            assert_eq!(network(address.parse().unwrap()).to_string(), want);
        }
    }
}
