//! The authority and its leaves.

use aws_lc_rs::rand;
use data_encoding::HEXLOWER;
use rcgen::string::Ia5String;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyIdMethod, KeyUsagePurpose, NameConstraints, SanType, SerialNumber,
};
use time::{Duration, OffsetDateTime};
use zeroize::Zeroizing;

use crate::error::Error;
use crate::host::Host;
use crate::key::{KeyKind, SecretKey};
use crate::pem;

/// How far certificates reach into the past, for clients whose clock is behind.
const BACKDATED: Duration = Duration::HOUR;
/// The longest common name that X.520 allows, in characters.
const COMMON_NAME_CHARS: usize = 64;

/// What an authority is made to be.
#[derive(Debug, Clone)]
pub struct Terms {
    /// The organisation in its name.
    pub org: String,
    /// Its kind of key.
    pub key: KeyKind,
    /// How long it lives from now on.
    pub lifetime: Duration,
    /// What it may vouch for; nothing means any name.
    pub constraints: Option<NameConstraints>,
    /// Whether a root, whose key is wiped at once, signs the authority.
    ///
    /// Constraints need it: some clients, Java among them, ignore those on the root itself.
    pub under_a_root: bool,
}

/// From when until when certificates hold.
#[derive(Debug, Clone, Copy)]
pub struct Validity {
    /// The first moment.
    pub from: OffsetDateTime,
    /// The last moment.
    pub until: OffsetDateTime,
}

/// A certificate authority with its key in memory.
#[derive(Debug)]
pub struct Authority {
    issuer: Issuer<'static, SecretKey>,
    /// DER, the authority's own certificate first, the one that clients trust last.
    chain: Vec<Vec<u8>>,
    validity: Validity,
}

/// A certificate for one host, with a key of its own.
#[derive(Debug)]
pub struct Leaf {
    key: SecretKey,
    certificate: Vec<u8>,
    /// Its number, in hexadecimal, as the audit line names it.
    pub serial: String,
}

impl Authority {
    /// Makes a new authority that is valid around `now`.
    pub fn new(terms: &Terms, now: OffsetDateTime) -> Result<Self, Error> {
        let now = now.replace_nanosecond(0).unwrap_or(now);
        let validity = Validity { from: now - BACKDATED, until: now + terms.lifetime };
        let tag = HEXLOWER.encode(&random::<4>()?);
        let key = SecretKey::generate(terms.key)?;
        let mut params = authority_params(&key, &terms.org, &format!("Bottle CA {tag}"), validity)?;
        if !terms.under_a_root {
            let own = params.self_signed(&key)?.der().to_vec();
            return Ok(Self { issuer: Issuer::new(params, key), chain: vec![own], validity });
        }
        let root_key = SecretKey::generate(terms.key)?;
        let mut root = authority_params(&root_key, &terms.org, &format!("Bottle root {tag}"), validity)?;
        root.is_ca = IsCa::Ca(BasicConstraints::Constrained(1));
        root.use_authority_key_identifier_extension = false;
        params.name_constraints.clone_from(&terms.constraints);
        let root_certificate = root.self_signed(&root_key)?.der().to_vec();
        let own = params.signed_by(&key, &Issuer::new(root, root_key))?.der().to_vec();
        Ok(Self { issuer: Issuer::new(params, key), chain: vec![own, root_certificate], validity })
    }

    /// Makes a leaf for a name, a wildcard or an address; a network has none.
    pub fn mint(&self, host: &Host) -> Result<Leaf, Error> {
        let key = SecretKey::generate(KeyKind::EcdsaP256)?;
        let serial = serial()?;
        let mut params = CertificateParams::default();
        params.not_before = self.validity.from;
        params.not_after = self.validity.until;
        params.serial_number = Some(SerialNumber::from_slice(&serial));
        params.distinguished_name = leaf_name(host);
        params.subject_alt_names = vec![alternative_name(host)?];
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        params.key_identifier_method = KeyIdMethod::PreSpecified(key.identifier());
        let certificate = params.signed_by(&key, &self.issuer)?.der().to_vec();
        Ok(Leaf { key, certificate, serial: HEXLOWER.encode(&serial) })
    }

    /// The certificate that clients are to trust, as PEM.
    #[must_use]
    pub fn trusted_pem(&self) -> String {
        pem::certificate(self.trusted())
    }

    /// What a server sends after its leaf, as PEM: empty where the leaf is signed by the trusted certificate.
    #[must_use]
    pub fn intermediate_pem(&self) -> String {
        self.chain
            .split_last()
            .map_or_else(String::new, |(_, rest)| rest.iter().map(|der| pem::certificate(der)).collect())
    }

    /// Key and certificates in one text, the trusted one included: what mitmproxy signs with.
    #[must_use]
    pub fn to_pem(&self) -> Zeroizing<String> {
        let certificates: String = self.chain.iter().map(|der| pem::certificate(der)).collect();
        joined(&self.issuer.key().to_pem(), &certificates)
    }

    /// SHA-256 of the certificate that clients are to trust, in hexadecimal.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        pem::fingerprint_of(self.trusted())
    }

    /// From when until when it, and each of its leaves, holds.
    #[must_use]
    pub fn validity(&self) -> Validity {
        self.validity
    }

    fn trusted(&self) -> &[u8] {
        self.chain.last().expect("an authority is made with at least its own certificate")
    }
}

impl Leaf {
    /// Key, certificate and `chain` in one text, as servers take it.
    #[must_use]
    pub fn to_pem(&self, chain: &str) -> Zeroizing<String> {
        let mut certificates = pem::certificate(&self.certificate);
        certificates.push_str(chain);
        joined(&self.key.to_pem(), &certificates)
    }
}

fn joined(key: &str, certificates: &str) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(key.len() + certificates.len()));
    text.push_str(key);
    text.push_str(certificates);
    text
}

fn authority_params(
    key: &SecretKey,
    org: &str,
    name: &str,
    validity: Validity,
) -> Result<CertificateParams, Error> {
    let mut params = CertificateParams::default();
    params.not_before = validity.from;
    params.not_after = validity.until;
    params.serial_number = Some(SerialNumber::from_slice(&serial()?));
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::OrganizationName, org);
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    params.key_identifier_method = KeyIdMethod::PreSpecified(key.identifier());
    Ok(params)
}

/// The subject of a leaf; what stands in the alternative name alone leaves it empty.
///
/// That is a name too long for it, and an address: OpenSSL would hold an address against DNS constraints.
fn leaf_name(host: &Host) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    let text = host.text();
    if matches!(host, Host::Name(_) | Host::Below(_)) && text.len() <= COMMON_NAME_CHARS {
        name.push(DnType::CommonName, text);
    }
    name
}

fn alternative_name(host: &Host) -> Result<SanType, Error> {
    match host {
        Host::Address(address) => Ok(SanType::IpAddress(*address)),
        Host::Network(_) => Err(Error::Usage(format!("`{host}`: there is no certificate for a network"))),
        Host::Name(_) | Host::Below(_) => Ok(SanType::DnsName(Ia5String::try_from(host.text())?)),
    }
}

/// 128 random bits; positive in DER, because the encoder adds a sign byte where it must.
fn serial() -> Result<[u8; 16], Error> {
    random()
}

fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).map_err(|_| Error::Random)?;
    Ok(bytes)
}
