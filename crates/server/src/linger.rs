//! Ending a connection so that its answer arrives.
//!
//! Whoever is told in the midst of a large body that it is too large has more on its way. Closed at once,
//! the system would answer that with a reset, and the client would lose the answer too. So the
//! sending side is closed first, and what still comes is thrown away for a while (RFC 9112, section 9.6).

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

/// For how long.
const LONGEST: Duration = Duration::from_secs(5);
/// Bytes thrown away at a time.
const PIECE: usize = 16 << 10;
/// And at most: the largest upload, and half of it again.
const MOST_PIECES: usize = 1_536;

/// A stream that is read to its end after it was shut down, where `wanted` says so by then.
pub(crate) struct Lingering<S> {
    stream: S,
    wanted: Arc<AtomicBool>,
    /// Set when the sending side is closed.
    until: Option<Pin<Box<Sleep>>>,
    pieces: usize,
}

impl<S> Lingering<S> {
    pub(crate) fn new(stream: S, wanted: Arc<AtomicBool>) -> Self {
        Self {
            stream,
            wanted,
            until: None,
            pieces: 0,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Lingering<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Lingering<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.until.is_none() {
            ready!(Pin::new(&mut this.stream).poll_shutdown(context))?;
        }
        if !this.wanted.load(Ordering::Relaxed) {
            return Poll::Ready(Ok(()));
        }
        let until = this.until.get_or_insert_with(|| Box::pin(sleep(LONGEST)));
        let mut piece = [0; PIECE];
        while this.pieces < MOST_PIECES && until.as_mut().poll(context).is_pending() {
            this.pieces += 1;
            let mut read = ReadBuf::new(&mut piece);
            let more = ready!(Pin::new(&mut this.stream).poll_read(context, &mut read));
            if more.is_err() || read.filled().is_empty() {
                break;
            }
        }
        Poll::Ready(Ok(()))
    }
}
