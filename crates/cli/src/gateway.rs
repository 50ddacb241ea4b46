//! Our own gateway without a window.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use fleet::keys::Keys;
use gateway::{Config, Gateway, Listen, Tls};
use secrecy::{ExposeSecret, SecretString};
use store::Home;
use supervise::Scope;

use crate::input;
use crate::out::{line, note};

/// How long open runs may take at the end.
const GRACE: Duration = Duration::from_secs(10);

/// How it should run.
pub struct Wanted {
    pub listen: SocketAddr,
    pub data: Option<PathBuf>,
    pub config: Option<PathBuf>,
    pub token_stdin: bool,
}

/// Runs until it is stopped; one line with the address says that it is ready.
pub async fn run(wanted: Wanted) -> anyhow::Result<ExitCode> {
    let scope = Scope::root("pilot gateway");
    let data = match wanted.data {
        Some(data) => data,
        None => Home::find()?.data.join("headless"),
    };
    let config = match &wanted.config {
        Some(file) => Config::load(file)?,
        None => Config::open(&data)?,
    };
    let config = config.with_keys(Keys::system(&scope).of_models());
    let token = token(wanted.token_stdin)?;
    let gateway = Gateway::start(&scope, &data, config).await?;
    let listening = gateway.listen(Listen { addr: wanted.listen, token, tls: tls(wanted.listen) }).await?;
    line(&listening.url)?;
    if let Some(fingerprint) = &listening.fingerprint {
        note(&format!("Its certificate: {fingerprint}"));
    }
    ended().await?;
    note("Stopping; runs that are active may finish …");
    let drained = scope.shutdown(GRACE).await;
    note(&drained.to_string());
    Ok(ExitCode::SUCCESS)
}

/// What other machines can reach speaks TLS, with a certificate of its own.
fn tls(listen: SocketAddr) -> Option<Tls> {
    (!listen.ip().is_loopback()).then_some(Tls::SelfSigned)
}

/// The token from standard input, or a new one, which is shown once and kept nowhere.
fn token(from_stdin: bool) -> anyhow::Result<SecretString> {
    if from_stdin {
        return input::secret("token");
    }
    let mut bytes = [0u8; 24];
    getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("No random bytes for a token: {error}"))?;
    let token = SecretString::from(BASE64_URL_SAFE_NO_PAD.encode(bytes));
    note(&format!("Token for this run (shown once, kept nowhere): {}", token.expose_secret()));
    Ok(token)
}

/// The person's Ctrl-C, or the system's request to stop.
async fn ended() -> anyhow::Result<()> {
    let mut stop = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        end = tokio::signal::ctrl_c() => end?,
        _ = stop.recv() => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_other_machines_can_reach_speaks_tls() {
        assert!(tls("127.0.0.1:0".parse().unwrap()).is_none());
        assert!(tls("[::1]:0".parse().unwrap()).is_none());
        assert!(tls("0.0.0.0:8765".parse().unwrap()).is_some());
    }
}
