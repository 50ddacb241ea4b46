//! Recordings of a gateway's frames, made neutral. (Being written.)
