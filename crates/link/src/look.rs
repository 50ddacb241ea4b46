//! Which certificates are shown on the ways to a gateway, before anybody trusts them; and what a file of authorities
//! holds. Nothing is said to the gateway.

use std::path::Path;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::timeout;

use crate::certificate::Certificate;
use crate::connector::{self, Tools};
use crate::event::NodeState;
use crate::failure::{Failure, sentence};
use crate::route::Route;
use crate::target::Target;
use crate::tls;

/// How long one way may take.
const LIMIT: Duration = Duration::from_secs(8);

/// What one way showed.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    pub route: Route,
    pub certificate: Certificate,
    /// The last of those that were sent with it.
    pub authority: Option<Certificate>,
}

/// The certificates on the ways to a target; ways without TLS, or that cannot be gone now, are left out.
pub async fn shown(target: &Target) -> Vec<Shown> {
    shown_with(target, &Tools::default()).await
}

pub(crate) async fn shown_with(target: &Target, tools: &Tools) -> Vec<Shown> {
    let secure = target.routes.iter().filter(|route| route.address.secure());
    let looks = secure.map(|route| async move { timeout(LIMIT, look(target, route, tools)).await.ok().flatten() });
    join_all(looks).await.into_iter().flatten().collect()
}

async fn look(target: &Target, route: &Route, tools: &Tools) -> Option<Shown> {
    let line = connector::line(route, tools).await.ok()?;
    let shown = |certificate, authority| Some(Shown { route: route.clone(), certificate, authority });
    match connector::encrypt(line, target, route, tools).await {
        Ok((_, certificate)) => shown(certificate, None),
        Err(Failure::Stopped(NodeState::Untrusted { certificate: Some(certificate), authority, .. })) => {
            shown(*certificate, authority.map(|authority| *authority))
        }
        Err(_) => None,
    }
}

/// What a file of certificate authorities holds.
///
/// # Errors
/// A sentence: it cannot be read, or holds none.
pub async fn authorities_in(file: &Path) -> Result<Vec<Certificate>, String> {
    match tls::authorities(file).await {
        Ok(all) => Ok(all.iter().map(|der| Certificate::of(der)).collect()),
        Err(failure) => Err(sentence(failure.reason())),
    }
}
