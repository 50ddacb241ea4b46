//! Opening a port: loopback in the clear, anything else with TLS, always with a
//! token.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use secrecy::{ExposeSecret, SecretString};
use supervise::Scope;

use crate::http;
use crate::state::State;
use crate::tls::{self, Tls, TlsError};

/// What to open.
pub struct Listen {
    /// Port 0 takes any free one.
    pub addr: SocketAddr,
    /// What a client has to show as `auth.api_key`, `auth.token`, or
    /// `Authorization: Bearer`.
    pub token: SecretString,
    /// Needed for any address but this machine's own.
    pub tls: Option<Tls>,
}

/// A port that is open. It closes with the gateway or with [`Listening::close`].
#[derive(Debug)]
pub struct Listening {
    /// What a client enters: `ws://…/ws` or `wss://…/ws`.
    pub url: String,
    /// With TLS, the certificate's: `sha256:` and 64 hexadecimal digits.
    pub fingerprint: Option<String>,
    pub addr: SocketAddr,
    scope: Scope,
}

impl Listening {
    /// Stops taking new connections; those that are open stay.
    pub fn close(&self) {
        self.scope.cancel();
    }
}

/// Why no port was opened.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    #[error(
        "{addr} is reachable from other machines, and without TLS anybody on the way could read along. Ask for TLS \
         (a certificate of its own is made if you have none), or listen on 127.0.0.1 and use an SSH tunnel."
    )]
    NeedsTls { addr: SocketAddr },
    #[error("Without a token anybody who reaches {addr} could use your agents. Give a token of 16 characters or more.")]
    NeedsToken { addr: SocketAddr },
    #[error("{addr} cannot be listened on. Another program may use this port: choose another, or 0 for any free one.")]
    Address { addr: SocketAddr, source: io::Error },
    #[error("The certificate cannot be used.")]
    Tls(#[from] TlsError),
    #[error("The gateway is stopping.")]
    Stopped(#[from] supervise::Lost),
}

pub(crate) async fn open(state: Arc<State>, listen: Listen) -> Result<Listening, ListenError> {
    let asked = listen.addr;
    if listen.tls.is_none() && !asked.ip().is_loopback() {
        return Err(ListenError::NeedsTls { addr: asked });
    }
    if listen.token.expose_secret().len() < 16 {
        return Err(ListenError::NeedsToken { addr: asked });
    }
    let unusable = |source| ListenError::Address { addr: asked, source };
    let listener = TcpListener::bind(asked).map_err(unusable)?;
    listener.set_nonblocking(true).map_err(unusable)?;
    let addr = listener.local_addr().map_err(unusable)?;
    let secured = match listen.tls {
        None => None,
        Some(tls) => {
            let (data, host) = (state.data.clone(), state.hostname.clone());
            Some(state.scope.blocking("certificate", move || tls::config(&tls, &data, addr, &host)).await??)
        }
    };
    let scope = state.scope.child(&format!("listen {addr}"));
    let (config, fingerprint) = secured.unzip();
    let app = http::router(Arc::clone(&state), listen.token);
    serve(&scope, listener, app, config.map(RustlsConfig::from_config)).map_err(unusable)?;
    let scheme = if fingerprint.is_some() { "wss" } else { "ws" };
    Ok(Listening { url: format!("{scheme}://{addr}/ws"), fingerprint, addr, scope })
}

fn serve(scope: &Scope, listener: TcpListener, app: axum::Router, tls: Option<RustlsConfig>) -> io::Result<()> {
    let handle = Handle::new();
    let (stop, stopping) = (scope.clone(), handle.clone());
    scope.spawn("close", async move {
        stop.cancelled().await;
        stopping.shutdown();
        Ok::<(), std::convert::Infallible>(())
    });
    let app = app.into_make_service();
    match tls {
        None => {
            let server = axum_server::from_tcp(listener)?.handle(handle);
            scope.spawn("serve", server.serve(app));
        }
        Some(tls) => {
            let server = axum_server::from_tcp_rustls(listener, tls)?.handle(handle);
            scope.spawn("serve", server.serve(app));
        }
    }
    Ok(())
}
