//! A connection to a host, through a proxy or not.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use crate::host::Host;
use crate::patience::Patient;

/// How long each step may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest answer to CONNECT, in bytes.
const ANSWER_BYTES: usize = 8192;

/// A host and a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// A name or address, without brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Endpoint {
    /// Reads `host`, `host:port`, `[v6]` or `[v6]:port`; the port is 443 if none is given.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if !host.contains(':') || host.ends_with(']') => (host, port.parse().ok()),
            _ => (text, Some(443)),
        };
        let port = port.filter(|port| *port > 0).ok_or("the port is a number from 1 to 65535")?;
        match Host::pattern(host)? {
            Host::Name(host) => Ok(Self { host, port }),
            Host::Address(address) => Ok(Self { host: address.to_string(), port }),
            _ => Err("one host, not a pattern".into()),
        }
    }

    /// Reads `http://host:port`.
    pub(crate) fn proxy(text: &str) -> Result<Self, String> {
        let place = text.strip_prefix("http://").ok_or("as in http://127.0.0.1:8080")?;
        let place = place.trim_end_matches('/');
        let explicit = place.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        if explicit { Self::parse(place) } else { Err("name the port, as in http://127.0.0.1:8080".into()) }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// Connects to `target`; the error is for people.
pub(crate) fn connect(target: &Endpoint, proxy: Option<&Endpoint>) -> Result<Patient<TcpStream>, String> {
    let nearest = proxy.unwrap_or(target);
    let stream = dial(nearest).map_err(|error| format!("cannot connect to {nearest}: {error}"))?;
    let mut stream = Patient::new(stream, PATIENCE);
    if proxy.is_some() {
        let status =
            tunnel(&mut stream, target).map_err(|error| format!("{nearest} is no HTTP proxy: {error}"))?;
        if status != 200 {
            return Err(format!(
                "the proxy refuses the tunnel with {status}: its policy, or the host is unreachable"
            ));
        }
    }
    stream.again(PATIENCE);
    Ok(stream)
}

fn dial(place: &Endpoint) -> io::Result<TcpStream> {
    let mut failure = io::ErrorKind::NotFound.into();
    for address in (place.host.as_str(), place.port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, PATIENCE) {
            Ok(stream) => return Ok(stream),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

/// Asks for a tunnel and returns the status.
fn tunnel(stream: &mut Patient<TcpStream>, target: &Endpoint) -> io::Result<u16> {
    write!(stream, "CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n")?;
    let mut answer = Vec::new();
    // Byte by byte: what follows the head belongs to TLS.
    while answer.len() < ANSWER_BYTES && !answer.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        answer.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&answer);
    let status =
        head.strip_prefix("HTTP/1.").and_then(|rest| rest.get(2..5)).and_then(|code| code.parse().ok());
    status.ok_or_else(|| io::ErrorKind::InvalidData.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_read_as_people_write_them() {
        let parsed = |text| Endpoint::parse(text).map(|endpoint| endpoint.to_string());
        assert_eq!(parsed("A.example"), Ok("a.example:443".into()));
        assert_eq!(parsed("a.example:8443"), Ok("a.example:8443".into()));
        assert_eq!(parsed("[::1]:8443"), Ok("[::1]:8443".into()));
        assert_eq!(parsed("::1"), Ok("[::1]:443".into()));
        for text in ["", "a.example:0", "a.example:x", "*.a.example", "https://a.example"] {
            assert!(parsed(text).is_err(), "{text} was taken");
        }
        assert!(Endpoint::proxy("http://127.0.0.1:8080/").is_ok());
        assert!(Endpoint::proxy("127.0.0.1:8080").is_err() && Endpoint::proxy("http://127.0.0.1").is_err());
    }
}
