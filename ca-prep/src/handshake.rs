//! What a client sees when it speaks TLS, and why it would not accept it.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::{
    CertificateError, ClientConfig, ClientConnection, DigitallySignedStruct, RootCertStore, SignatureScheme,
};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use crate::error::Error;
use crate::trust::SYSTEM_BUNDLES;

/// Whom the client trusts.
#[derive(Debug, Clone)]
pub(crate) struct Trust {
    /// The bottle's own authority.
    own: Arc<RootCertStore>,
    /// The bundle: the same, and the public roots.
    all: Arc<RootCertStore>,
    /// This system's own roots, if the authority was installed among them.
    system: Option<Arc<RootCertStore>>,
}

/// Who signed what the server showed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Judgement {
    /// The bottle's authority: the proxy opens the connection.
    Own,
    /// The same, but this system does not trust it although it was installed.
    NotInstalled,
    /// A public one: the connection goes through unopened.
    Public,
    /// Nobody the client trusts.
    Refused(CertificateError),
}

/// The server's certificate, and what a client thinks of it.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) leaf: CertificateDer<'static>,
    pub(crate) judgement: Judgement,
}

impl Trust {
    /// Reads `ca.pem` and `bundle.pem` of a trust folder; and the system's bundle, where the authority is to be in it.
    pub(crate) fn read(folder: &Path, is_installed: bool) -> Result<Self, Error> {
        let bundle = SYSTEM_BUNDLES.map(Path::new).into_iter().find(|path| path.exists());
        Ok(Self {
            own: roots(&folder.join("ca.pem"))?,
            all: roots(&folder.join("bundle.pem"))?,
            system: bundle.filter(|_| is_installed).map(roots).transpose()?,
        })
    }
}

/// Whether a client with these roots accepts the certificate.
fn judge(
    roots: &Arc<RootCertStore>,
    leaf: &CertificateDer<'_>,
    chain: &[CertificateDer<'_>],
    name: &ServerName<'_>,
    now: UnixTime,
) -> Result<(), CertificateError> {
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::clone(roots), provider())
        .build()
        .map_err(|_| CertificateError::UnknownIssuer)?;
    match verifier.verify_server_cert(leaf, chain, name, &[], now) {
        Ok(_) => Ok(()),
        Err(rustls::Error::InvalidCertificate(why)) => Err(why),
        Err(_) => Err(CertificateError::BadEncoding),
    }
}

/// Shakes hands and returns the certificate that was shown; the error is for people.
pub(crate) fn handshake(mut stream: impl Read + Write, host: &str, trust: &Trust) -> Result<Seen, String> {
    let witness = Arc::new(Witness { trust: trust.clone(), seen: Mutex::new(None) });
    let config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(&witness) as Arc<dyn ServerCertVerifier>)
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).map_err(|error| error.to_string())?;
    let mut client = ClientConnection::new(Arc::new(config), name).map_err(|error| error.to_string())?;
    while client.is_handshaking() {
        if let Err(error) = client.complete_io(&mut stream) {
            let seen = witness.taken();
            return seen.ok_or_else(|| format!("the TLS handshake was broken off: {error}"));
        }
    }
    witness.taken().ok_or_else(|| "the server showed no certificate".into())
}

/// Looks at the certificate on the client's behalf, and writes down what it saw.
#[derive(Debug)]
struct Witness {
    trust: Trust,
    seen: Mutex<Option<Seen>>,
}

impl Witness {
    fn taken(&self) -> Option<Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        _ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let trust = &self.trust;
        let judged_by = |roots| judge(roots, leaf, chain, name, now);
        let judgement = match judged_by(&trust.own) {
            Ok(()) if trust.system.as_ref().is_some_and(|roots| judged_by(roots).is_err()) => {
                Judgement::NotInstalled
            }
            Ok(()) => Judgement::Own,
            Err(why) if judged_by(&trust.all).is_err() => Judgement::Refused(why),
            Err(_) => Judgement::Public,
        };
        let answer = match &judgement {
            Judgement::Refused(why) => Err(why.clone().into()),
            _ => Ok(ServerCertVerified::assertion()),
        };
        let seen = Seen { leaf: leaf.clone().into_owned(), judgement };
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(seen);
        answer
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &provider().signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, leaf, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &provider().signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, leaf, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        provider().signature_verification_algorithms.supported_schemes()
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

fn roots(path: &Path) -> Result<Arc<RootCertStore>, Error> {
    let unreadable = |error| Error::Failed(format!("cannot read {}: {error}", path.display()));
    let certificates = CertificateDer::pem_file_iter(path).map_err(unreadable)?;
    let mut store = RootCertStore::empty();
    let (taken, _) = store.add_parsable_certificates(certificates.filter_map(Result::ok));
    if taken == 0 {
        return Err(Error::Failed(format!("{} holds no certificate", path.display())));
    }
    Ok(Arc::new(store))
}
