//! Waiting for a condition, with a deadline and the name of what did not happen. Never for a fixed time.

use std::future::Future;
use std::time::Duration;

use anyhow::{Result, bail};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep};

const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Looks until there is a value.
///
/// # Errors
/// After `deadline`, naming `what`.
pub async fn until<T, F: Future<Output = Option<T>>>(
    what: &str,
    deadline: Duration,
    mut look: impl FnMut() -> F,
) -> Result<T> {
    let end = Instant::now() + deadline;
    loop {
        if let Some(value) = look().await {
            return Ok(value);
        }
        if Instant::now() >= end {
            bail!("waited {} s in vain until {what}", deadline.as_secs());
        }
        sleep(LOOK_EVERY).await;
    }
}

/// A TCP port of this machine that was free a moment ago.
///
/// # Errors
/// When the system has none to give.
pub async fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0)).await?.local_addr()?.port())
}

/// Whether somebody takes connections at this port.
pub async fn listens(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).await.is_ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn waiting_in_vain_names_what_did_not_happen() {
        let never = until("the ship is in", Duration::from_secs(5), || async { None::<()> }).await;
        assert_eq!(never.unwrap_err().to_string(), "waited 5 s in vain until the ship is in");
        assert_eq!(until("now", Duration::ZERO, || async { Some(1) }).await.unwrap(), 1);
    }
}
