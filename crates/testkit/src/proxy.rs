//! A TCP proxy in front of a real gateway, on whose line things go wrong when a test says so.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context, Result};
use parking_lot::Mutex;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use crate::line::{End, Line, State};

/// A proxy on loopback. It ends when this is dropped, and with it every connection.
pub struct Proxy {
    line: Arc<Line>,
    address: SocketAddr,
    /// Where it leads; a gateway that was started again may have moved.
    server: Arc<Mutex<String>>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// In front of a server given as `host:port`.
    ///
    /// # Errors
    /// The system gives no port.
    pub async fn before(server: &str) -> Result<Proxy> {
        Proxy::at("127.0.0.1:0", server).await
    }

    /// As [`Proxy::of`], on the server's own port at another address of this machine: for a server that looks at the port
    /// it was called by.
    ///
    /// # Errors
    /// As [`Proxy::of`].
    pub async fn of_port(url: &str) -> Result<(Proxy, String)> {
        let server = url.strip_prefix("ws://").context("only ws:// is proxied")?;
        let (_, port) = server.rsplit_once(':').context("an address with a port")?;
        let beside = format!("127.0.0.2:{port}");
        Ok((Proxy::at(&beside, server).await?, format!("ws://{beside}")))
    }

    async fn at(address: &str, server: &str) -> Result<Proxy> {
        let listener = TcpListener::bind(address).await?;
        let (address, line) = (listener.local_addr()?, Line::new());
        let server = Arc::new(Mutex::new(server.to_owned()));
        let task = tokio::spawn(serve(listener, line.clone(), server.clone()));
        Ok(Proxy { line, address, server, task })
    }

    /// In front of the server of a `ws://` address; the address to use in its stead.
    ///
    /// # Errors
    /// As [`Proxy::before`]; the address has no host.
    pub async fn of(url: &str) -> Result<(Proxy, String)> {
        let rest = url.strip_prefix("ws://").context("only ws:// is proxied")?;
        let (server, path) = rest.split_once('/').unwrap_or((rest, ""));
        let proxy = Proxy::before(server).await?;
        let url = format!("ws://{}/{path}", proxy.address);
        Ok((proxy, url.trim_end_matches('/').to_owned()))
    }

    /// The line, to make it good or bad.
    pub fn line(&self) -> &Line {
        &self.line
    }

    /// Leads to another server, `host:port`, from the next connection on.
    pub fn lead_to(&self, server: &str) {
        server.clone_into(&mut self.server.lock());
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(listener: TcpListener, line: Arc<Line>, server: Arc<Mutex<String>>) {
    // Its connections go with it.
    let mut all = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((client, _)) = accepted else { return };
                let server = server.lock().clone();
                all.spawn(carry(client, line.clone(), server));
            }
            Some(_) = all.join_next() => {}
        }
    }
}

async fn carry(mut client: TcpStream, line: Arc<Line>, server: String) {
    let end = match line.state() {
        State::Down => End::Reset,
        _ => match TcpStream::connect(&server).await {
            Ok(server) => {
                // Pieces go out as they are, not as the system would have them.
                let _ = (client.set_nodelay(true), server.set_nodelay(true));
                line.carry(&mut client, server).await
            }
            Err(_) => End::Reset,
        },
    };
    if end == End::Reset {
        let _ = client.set_zero_linger();
    }
}
