//! Names of secrets that have letters beyond ASCII.

use super::meaning::Says;

/// What people of other scripts call a password.
const PASSWORDS: &[&str] = &[
    "пароль",
    "Пароль",
    "ПАРОЛЬ",
    "密码",
    "密碼",
    "口令",
    "パスワード",
    "暗証番号",
    "비밀번호",
    "암호",
    "hasło",
    "Hasło",
    "şifre",
    "Şifre",
    "lösenord",
    "Lösenord",
    "mật khẩu",
    "Mật khẩu",
    "κωδικός",
    "סיסמה",
    "lszó",
    "lösen",
    "Lösen",
    "tažodis",
    "كلمة المرور",
    "كلمة السر",
    "رمز عبور",
    "पासवर्ड",
    "รหัสผ่าน",
    "парола",
    "Парола",
    "лозинка",
];

/// And other secrets.
const SECRETS: &[&str] = &[
    "密钥",
    "密鑰",
    "令牌",
    "秘密鍵",
    "APIキー",
    "トークン",
    "シークレット",
    "비밀키",
    "토큰",
    "секретный ключ",
    "Секретный ключ",
    "секрет",
    "Секрет",
    "ключ_api",
    "ключ api",
    "ключ API",
    "Ключ API",
    "ключ доступа",
    "Ключ доступа",
    "токен",
    "Токен",
    "hlüssel",
    "clé secrète",
    "Clé secrète",
    "clé API",
    "Clé API",
    "clé d'API",
    "Clé d'API",
    "clé d’API",
];

/// Longest way from the beginning of a word to its first letter beyond ASCII.
const MAX_PLAIN: usize = 4;

/// All of them, as beginnings of names.
pub(super) fn stems() -> impl Iterator<Item = &'static str> {
    PASSWORDS.iter().chain(SECRETS).copied()
}

/// Where the word that begins at `at` ends, if it is one of them.
pub(super) fn end_of_word(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = &bytes[at..];
    if rest.iter().take(MAX_PLAIN).all(u8::is_ascii) {
        return None;
    }
    stems().find(|word| rest.starts_with(word.as_bytes())).map(|word| at + word.len())
}

/// What a name says that ends with such a word, or has signs behind it: not `Schlüsselbund`.
pub(super) fn says(name: &[u8]) -> Option<Says> {
    if name.is_ascii() {
        return None;
    }
    let ends = |word: &&str| {
        let after = memchr::memmem::rfind(name, word.as_bytes()).map(|at| name.get(at + word.len()));
        after.is_some_and(|after| after.is_none_or(|byte| !byte.is_ascii_alphabetic()))
    };
    if PASSWORDS.iter().any(&ends) {
        Some(Says::Password)
    } else if SECRETS.iter().any(&ends) {
        Some(Says::Secret)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_begins_early_enough_with_its_own_letters() {
        for word in stems() {
            assert_eq!(end_of_word(word.as_bytes(), 0), Some(word.len()), "{word}");
            assert!(says(word.as_bytes()).is_some(), "{word}");
        }
        assert_eq!(end_of_word(b"password", 0), None);
        for other in ["größe", "Schlüsselbund", "schlüsselfertig"] {
            assert_eq!(says(other.as_bytes()), None, "{other}");
        }
        assert!(says("Schlüssel_2".as_bytes()).is_some());
    }
}
