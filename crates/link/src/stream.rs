//! What a WebSocket runs over, one type for all ways to a gateway.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use crate::ssh::Tunnel;

/// A tunnel says nothing before its first byte, so whoever waits for that waits for its opening, too.
const TUNNEL_PATIENCE: Duration = Duration::from_secs(20);

/// What reaches a gateway's port.
pub(crate) enum Line {
    Tcp(TcpStream),
    Ssh(Box<Tunnel>),
}

/// What a WebSocket runs over.
pub(crate) enum Stream {
    Plain(Line),
    Tls(Box<TlsStream<Line>>),
    Memory(DuplexStream),
}

impl Line {
    /// What waiting for a first answer takes on top of the answer itself.
    pub fn patience(&self) -> Duration {
        match self {
            Line::Tcp(_) => Duration::ZERO,
            Line::Ssh(_) => TUNNEL_PATIENCE,
        }
    }
}

impl Stream {
    /// As [`Line::patience`]; TLS has waited for it already.
    pub fn patience(&self) -> Duration {
        match self {
            Stream::Plain(line) => line.patience(),
            Stream::Tls(_) | Stream::Memory(_) => Duration::ZERO,
        }
    }
}

impl AsyncRead for Line {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Line::Tcp(stream) => Pin::new(stream).poll_read(cx, buf),
            Line::Ssh(stream) => Pin::new(stream).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Line {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Line::Tcp(stream) => Pin::new(stream).poll_write(cx, buf),
            Line::Ssh(stream) => Pin::new(stream).poll_write(cx, buf),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Line::Tcp(stream) => Pin::new(stream).poll_flush(cx),
            Line::Ssh(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Line::Tcp(stream) => Pin::new(stream).poll_shutdown(cx),
            Line::Ssh(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_read(cx, buf),
            Stream::Tls(stream) => Pin::new(stream).poll_read(cx, buf),
            Stream::Memory(stream) => Pin::new(stream).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_write(cx, buf),
            Stream::Tls(stream) => Pin::new(stream).poll_write(cx, buf),
            Stream::Memory(stream) => Pin::new(stream).poll_write(cx, buf),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_flush(cx),
            Stream::Memory(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
            Stream::Memory(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
