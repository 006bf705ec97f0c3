//! Access tokens: none but the one that was issued is believed.

use domain::{DeviceId, Instant, Role, SessionId, UserId};
use sync_server::auth::{Bearer, KeyRing, issue_token, verify_token};
use sync_server::clock::{SystemClock, SystemEntropy};
use wire::DeviceKind;

use crate::mutate::bend_bytes;
use crate::script::Script;

const NOW: Instant = Instant::from_millis(1_800_000_000_000);

struct Bench {
    keys: KeyRing,
    token: String,
}

thread_local! {
    static BENCH: Bench = Bench::new();
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder for the keys");
        KeyRing::create_missing(folder.path(), &SystemClock, &SystemEntropy).expect("keys are made");
        let keys = KeyRing::open(folder.path()).expect("keys are read");
        let bearer = Bearer {
            user: UserId::new(NOW, [1; 10]),
            role: Role::Technician,
            agency: None,
            device: DeviceId::new(NOW, [2; 10]),
            kind: DeviceKind::Phone,
            session: SessionId::new(NOW, [3; 10]),
            version: 1,
        };
        let token = issue_token(&keys, &bearer, NOW, 600).expect("a token");
        Self { keys, token: token.expose().to_owned() }
    }
}

/// Any text is refused, unless it is the token itself.
///
/// # Panics
/// If another is believed.
pub fn token(bytes: &[u8]) {
    BENCH.with(|bench| {
        let mut script = Script::new(bytes);
        let text = match script.byte() % 3 {
            0 => script.rest().to_vec(),
            1 => {
                let bends = script.below(4);
                bend_bytes(&mut script, bench.token.as_bytes(), bends)
            }
            _ => with_another_part(&mut script, &bench.token),
        };
        let Ok(text) = String::from_utf8(text) else { return };
        let is_believed = verify_token(&bench.keys, &text, NOW).is_ok();
        assert_eq!(is_believed, text == bench.token, "{text}");
    });
}

/// One of the three parts is other JSON, or other bytes.
fn with_another_part(script: &mut Script<'_>, token: &str) -> Vec<u8> {
    let mut parts: Vec<Vec<u8>> = token.split('.').map(|part| part.as_bytes().to_vec()).collect();
    let at = script.below(parts.len());
    let headers: [&[u8]; 4] = [
        br#"{"alg":"none","typ":"at+jwt"}"#,
        br#"{"alg":"HS256","typ":"at+jwt"}"#,
        br#"{"alg":"EdDSA","typ":"at+jwt","kid":""}"#,
        br#"{"alg":"EdDSA"}"#,
    ];
    let content = match script.byte() % 2 {
        0 => script.pick(&headers).copied().unwrap_or_default(),
        _ => script.rest(),
    };
    if let Some(part) = parts.get_mut(at) {
        *part = base64url(content);
    }
    parts.join(&b'.')
}

fn base64url(bytes: &[u8]) -> Vec<u8> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let group = |three: &[u8]| {
        let mut padded = [0; 3];
        padded.iter_mut().zip(three).for_each(|(to, from)| *to = *from);
        let [one, two, three_rd] = padded;
        let indexes = [one >> 2, (one << 4 | two >> 4) & 63, (two << 2 | three_rd >> 6) & 63, three_rd & 63];
        let letters: Vec<u8> = indexes
            .iter()
            .take(three.len() + 1)
            .map(|index| LETTERS.get(usize::from(*index)).copied().unwrap_or(b'A'))
            .collect();
        letters
    };
    bytes.chunks(3).flat_map(group).collect()
}
