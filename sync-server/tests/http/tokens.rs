//! Access tokens that must not be believed, over the real router: each is forged
//! with the server's own key where the key is not what is wrong with it.

use std::fmt::Write as _;

use ring::signature::Ed25519KeyPair;
use ring::{hmac, signature::KeyPair};
use serde_json::{Value, json};

use crate::office::{Office, text};

/// One way of writing a token.
struct Forge {
    header: Value,
    claims: Value,
    pair: Ed25519KeyPair,
}

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn base64url(bytes: &[u8]) -> String {
    let letter = |bits: u32| char::from(LETTERS[usize::try_from(bits & 63).expect("six bits")]);
    let group = |chunk: &[u8]| {
        let bits =
            chunk.iter().chain([0, 0].iter()).take(3).fold(0, |bits, byte| bits << 8 | u32::from(*byte));
        (0..=chunk.len()).map(|place| letter(bits >> (18 - 6 * place))).collect::<String>()
    };
    bytes.chunks(3).map(group).collect()
}

fn from_base64url(text: &str) -> Vec<u8> {
    let value = |letter: u8| LETTERS.iter().position(|known| *known == letter).expect("a letter");
    let mut bytes = Vec::new();
    for chunk in text.as_bytes().chunks(4) {
        let bits = chunk.iter().fold(0, |bits, letter| bits << 6 | value(*letter)) << (6 * (4 - chunk.len()));
        bytes.extend((0..chunk.len() - 1).map(|place| (bits >> (16 - 8 * place)).to_le_bytes()[0]));
    }
    bytes
}

/// The server's signing key, as it lies in its data folder.
fn server_key(office: &Office) -> (String, Ed25519KeyPair) {
    let files = std::fs::read_dir(office.data.path().join("keys")).expect("the keys");
    let path = files
        .map(|file| file.expect("a file").path())
        .find(|path| path.to_string_lossy().contains("signing-"))
        .expect("a signing key");
    let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
    let kid = name.rsplit('-').next().expect("a kid").to_owned();
    let hex = std::fs::read_to_string(&path).expect("read");
    let seed: domain::Hash32 = hex.trim().parse().expect("64 digits");
    (kid, Ed25519KeyPair::from_seed_unchecked(seed.as_bytes()).expect("a key"))
}

impl Forge {
    fn like(office: &Office, token: &str) -> Self {
        let mut parts = token.split('.').map(from_base64url);
        let mut part = || serde_json::from_slice(&parts.next().expect("a part")).expect("JSON");
        let (header, claims) = (part(), part());
        Self { header, claims, pair: server_key(office).1 }
    }

    fn token(&self) -> String {
        self.signed(&self.header.to_string(), &self.claims.to_string())
    }

    fn signed(&self, header: &str, claims: &str) -> String {
        let mut token = format!("{}.{}", base64url(header.as_bytes()), base64url(claims.as_bytes()));
        let signature = self.pair.sign(token.as_bytes());
        write!(token, ".{}", base64url(signature.as_ref())).expect("a text");
        token
    }

    /// The same with another header.
    fn header(&self, change: &Value) -> String {
        let mut header = self.header.clone();
        merge(&mut header, change);
        self.signed(&header.to_string(), &self.claims.to_string())
    }

    /// The same with other claims; null takes one away.
    fn claims(&self, change: &Value) -> String {
        let mut claims = self.claims.clone();
        merge(&mut claims, change);
        self.signed(&self.header.to_string(), &claims.to_string())
    }

    fn by_another_key(&self, header: &Value) -> String {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("a key");
        Self { header: self.header.clone(), claims: self.claims.clone(), pair }.header(header)
    }

    /// Signed with HMAC, the public key as its secret.
    fn by_hmac(&self) -> String {
        let mut header = self.header.clone();
        merge(&mut header, &json!({"alg": "HS256"}));
        let claims = self.claims.to_string();
        let mut token =
            format!("{}.{}", base64url(header.to_string().as_bytes()), base64url(claims.as_bytes()));
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.pair.public_key().as_ref());
        let tag = hmac::sign(&key, token.as_bytes());
        write!(token, ".{}", base64url(tag.as_ref())).expect("a text");
        token
    }
}

fn merge(into: &mut Value, change: &Value) {
    let into = into.as_object_mut().expect("an object");
    for (key, value) in change.as_object().expect("an object") {
        match value {
            Value::Null => drop(into.remove(key)),
            value => drop(into.insert(key.clone(), value.clone())),
        }
    }
}

/// What is wrong, the token, and the code.
type Case = (&'static str, String, &'static str);

/// What is wrong with the letters of a token.
fn letters(good: &str, other: &str) -> Vec<Case> {
    let parts: Vec<&str> = good.split('.').collect();
    let theirs: Vec<&str> = other.split('.').collect();
    let (head, body, tail) = (parts[0], parts[1], parts[2]);
    let case = |what, token: String| (what, token, "sign_in_required");
    vec![
        case("nothing", String::new()),
        case("one letter", "x".to_owned()),
        case("three letters", "a.b.c".to_owned()),
        case("no signature", format!("{head}.{body}")),
        case("an empty signature", format!("{head}.{body}.")),
        case("a fourth part", format!("{good}.{tail}")),
        case("its last letter gone", good.chars().take(good.len() - 2).collect()),
        case("half of its signature gone", good.chars().take(good.len() - 43).collect()),
        case("the signature of another", format!("{head}.{body}.{}", theirs[2])),
        case("the claims of another", format!("{head}.{}.{tail}", theirs[1])),
        case("padded", format!("{good}==")),
        case("a space inside", format!("{head}. {body}.{tail}")),
        case("huge", format!("{head}.{}.{tail}", "A".repeat(3_000))),
    ]
}

/// What is wrong with the header, signed all the same.
fn headers(forge: &Forge) -> Vec<Case> {
    let none = |alg: &str| {
        let header = json!({"alg": alg, "typ": "at+jwt"}).to_string();
        format!("{}.{}.", base64url(header.as_bytes()), base64url(forge.claims.to_string().as_bytes()))
    };
    let key = json!({"kty": "OKP", "crv": "Ed25519", "x": base64url(&[7; 32])});
    let case = |what, token: String| (what, token, "sign_in_required");
    vec![
        case("alg none", none("none")),
        case("alg NONE", none("NONE")),
        case("alg HS256 keyed with the public key", forge.by_hmac()),
        case("alg RS256", forge.header(&json!({"alg": "RS256"}))),
        case("alg ES256", forge.header(&json!({"alg": "ES256"}))),
        case("alg in small letters", forge.header(&json!({"alg": "eddsa"}))),
        case("no alg", forge.header(&json!({"alg": null}))),
        case("no typ", forge.header(&json!({"typ": null}))),
        case("typ JWT", forge.header(&json!({"typ": "JWT"}))),
        case("typ of a refresh token", forge.header(&json!({"typ": "rt+jwt"}))),
        case("no kid", forge.header(&json!({"kid": null}))),
        case("an unknown kid", forge.header(&json!({"kid": "00000000"}))),
        case("a path as kid", forge.header(&json!({"kid": "../../../../dev/null"}))),
        case("SQL as kid", forge.header(&json!({"kid": "' OR 1=1 --"}))),
        case("a number as kid", forge.header(&json!({"kid": 1}))),
        case("another key", forge.by_another_key(&json!({}))),
        case("another key, given along", forge.by_another_key(&json!({"jwk": key}))),
        case("another key, given by address", forge.by_another_key(&json!({"jku": "http://127.0.0.1:1/k"}))),
        case("a critical extension", forge.header(&json!({"crit": ["b64"], "b64": false}))),
        case("no header", forge.signed("[]", &forge.claims.to_string())),
    ]
}

/// What is wrong with the claims, signed all the same.
fn claims(forge: &Forge, other: &Value) -> Vec<Case> {
    let now = forge.claims["iat"].as_i64().expect("a time");
    let case = |what, change: Value| (what, forge.claims(&change), "sign_in_required");
    vec![
        case("another issuer", json!({"iss": "elsewhere"})),
        case("no issuer", json!({"iss": null})),
        case("another audience", json!({"aud": "another-api"})),
        case("no audience", json!({"aud": null})),
        case("several audiences", json!({"aud": ["hamgam-api", "another-api"]})),
        case("not yet good", json!({"nbf": now + 3_600})),
        case("no beginning", json!({"nbf": null})),
        case("no end", json!({"exp": null})),
        case("an end that is a word", json!({"exp": "tomorrow"})),
        case("nobody", json!({"sub": null})),
        case("a person that is a word", json!({"sub": "admin"})),
        case("another person", json!({"sub": other["sub"]})),
        case("another device", json!({"dev": other["dev"]})),
        case("another's session", json!({"sid": other["sid"]})),
        case("an unknown session", json!({"sid": "01900000-0000-7000-8000-000000000000"})),
        case("no session", json!({"sid": null})),
        case("no device", json!({"dev": null})),
        ("over", forge.claims(&json!({"exp": now - 60})), "token_expired"),
        ("an older session version", forge.claims(&json!({"ver": 0})), "session_revoked"),
        ("a later session version", forge.claims(&json!({"ver": 9})), "session_revoked"),
        ("no claims", forge.signed(&forge.header.to_string(), "\"admin\""), "sign_in_required"),
    ]
}

/// Its first run found that a critical extension (`crit`) was not refused.
#[tokio::test]
async fn no_bad_token_is_believed() {
    let office = Office::open().await;
    let session = office.session("tech", "phone").await;
    let good = text(&session["access_token"]);
    let theirs = text(&office.session("admin", "phone").await["access_token"]);
    let (forge, other) = (Forge::like(&office, &good), Forge::like(&office, &theirs));
    let current = "/v1/sessions/current";
    office.get(current, &forge.token()).await.expect(200);

    let mut cases = letters(&good, &theirs);
    cases.extend(headers(&forge));
    cases.extend(claims(&forge, &other.claims));
    cases.push(("a refresh token", text(&session["refresh_token"]), "sign_in_required"));
    assert!(cases.len() >= 40, "{}", cases.len());
    for (what, token, code) in &cases {
        let answer = office.get(current, token).await;
        assert_eq!(&answer.code(), code, "{what}: {answer:?}");
        assert_eq!(answer.header("www-authenticate"), "Bearer", "{what}");
    }
    office.get(current, &good).await.expect(200);
}

/// The role of a token is of the time when it was issued; what counts is the one in
/// the database.
#[tokio::test]
async fn a_token_cannot_raise_its_own_role() {
    let office = Office::open().await;
    let good = text(&office.session("tech", "phone").await["access_token"]);
    let forge = Forge::like(&office, &good);
    let raised = forge.claims(&json!({"role": "administrator"}));
    office.get("/v1/sessions/current", &raised).await.expect(200);
    office.get("/v1/users", &raised).await.expect_code("forbidden");
}
