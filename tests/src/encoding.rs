//! Content-Encodings, applied.

use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

/// `bytes` with `codings` applied, the first first.
pub(crate) fn encode(bytes: &[u8], codings: &[String]) -> Vec<u8> {
    codings
        .iter()
        .fold(bytes.to_vec(), |bytes, coding| apply(&bytes, coding).expect("memory takes every byte"))
}

fn apply(bytes: &[u8], coding: &str) -> std::io::Result<Vec<u8>> {
    match coding {
        "gzip" => through(GzEncoder::new(Vec::new(), Compression::default()), bytes)?.finish(),
        "deflate" => through(ZlibEncoder::new(Vec::new(), Compression::default()), bytes)?.finish(),
        "raw-deflate" => through(DeflateEncoder::new(Vec::new(), Compression::default()), bytes)?.finish(),
        "br" => Ok(through(brotli::CompressorWriter::new(Vec::new(), 4096, 5, 20), bytes)?.into_inner()),
        "zstd" => zstd::encode_all(bytes, 3),
        // What is left of a stream that broke.
        "half" => Ok(bytes[..bytes.len() / 2].to_vec()),
        _ => panic!("the corpus names a coding that is not known here: {coding}"),
    }
}

fn through<W: Write>(mut encoder: W, bytes: &[u8]) -> std::io::Result<W> {
    encoder.write_all(bytes)?;
    encoder.flush()?;
    Ok(encoder)
}
