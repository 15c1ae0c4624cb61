#!/usr/bin/python3
# make.py: tokens made by python3-jwt, good and bad; usage: make.py DIRECTORY
#
# Writes key files and pyjwt.tsv into the directory, as make.mjs does.  PyJWT
# itself is asked first, too; it knows no time but the present one.

import base64
import datetime
import hashlib
import hmac
import json
import os
import sys
import time

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA",
              "HS256"]
ISSUER = "https://portal.example/realms/ops"
AUDIENCE = "backup"
NOW = int(time.time())
OPTIONS = (f"now={NOW} issuer={ISSUER} audience={AUDIENCE} leeway=2"
           " claim=https://portal.example/roles")
GOOD = "good|viewer|backup operator"

directory = sys.argv[1]
rows = []


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def write_keys(name, data):
    name = "pyjwt-" + name
    path = os.path.join(directory, name)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
        file.write(data)
    return name


def row(name, keys, algorithm, expected, token):
    rows.append("\t".join([name, keys, algorithm, OPTIONS, expected, token]))


def make_key(algorithm):
    if algorithm == "HS256":
        return os.urandom(48)
    if algorithm == "ES256":
        return ec.generate_private_key(ec.SECP256R1())
    if algorithm == "ES384":
        return ec.generate_private_key(ec.SECP384R1())
    if algorithm == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(65537, 3072)


def public_of(key):
    return key if isinstance(key, bytes) else key.public_key()


def pem_of(key):
    return key.public_key().public_bytes(
        serialization.Encoding.PEM,
        serialization.PublicFormat.SubjectPublicKeyInfo)


def certificate_of(key, algorithm):
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "portal")])
    day = datetime.timedelta(days=1)
    at = datetime.datetime(2026, 1, 1)
    digest = None if algorithm == "EdDSA" else hashes.SHA256()
    return x509.CertificateBuilder().subject_name(name).issuer_name(name) \
        .public_key(key.public_key()).serial_number(7) \
        .not_valid_before(at).not_valid_after(at + day) \
        .sign(key, digest).public_bytes(serialization.Encoding.PEM)


def jwk_of(key):
    def number(value, length=None):
        length = length or (value.bit_length() + 7) // 8
        return base64url(value.to_bytes(length, "big"))

    public = public_of(key)
    if isinstance(key, bytes):
        return {"kty": "oct", "k": base64url(key)}
    if isinstance(public, ed25519.Ed25519PublicKey):
        return {"kty": "OKP", "crv": "Ed25519", "x": base64url(
            public.public_bytes(serialization.Encoding.Raw,
                                serialization.PublicFormat.Raw))}
    numbers = public.public_numbers()
    if isinstance(public, rsa.RSAPublicKey):
        return {"kty": "RSA", "n": number(numbers.n), "e": number(numbers.e)}
    size = (public.key_size + 7) // 8
    return {"kty": "EC", "crv": f"P-{public.key_size}",
            "x": number(numbers.x, size), "y": number(numbers.y, size)}


def claims(**changes):
    merged = {"iss": ISSUER, "aud": AUDIENCE, "sub": "li.wei", "iat": NOW - 5,
              "exp": NOW + 3600,
              "https://portal.example/roles": ["viewer", "backup operator"],
              **changes}
    return {name: value for name, value in merged.items() if value is not None}


# As PyJWT sees it, with the same demands.
def pyjwt_accepts(token, key, algorithm):
    try:
        jwt.decode(token, public_of(key), algorithms=[algorithm], issuer=ISSUER,
                   audience=AUDIENCE, options={"require": ["exp"]})
        return True
    except (jwt.PyJWTError, TypeError, ValueError):
        return False


def make(what, key, algorithm, accepted, payload, headers=None):
    token = jwt.encode(payload, key, algorithm=algorithm, headers=headers)
    if pyjwt_accepts(token, key, algorithm) != accepted:
        sys.exit(f"PyJWT does not agree: {algorithm} {what}")
    return token


def good(algorithm, key, files):
    cases = [
        ("plain", None, {}),
        ("kid", {"kid": "any"}, {}),
        ("access token", {"typ": "at+jwt"}, {}),
        ("no typ", {"typ": None}, {}),
        ("many audiences", None, {"aud": ["x", AUDIENCE, "y"]}),
        ("nbf", None, {"nbf": NOW - 3600}),
        ("fraction", None, {"exp": NOW + 3600.5, "nbf": 0}),
        ("large", None, {"groups": ["g%04d" % i for i in range(500)]}),
    ]
    for name, headers, changes in cases:
        token = make(name, key, algorithm, True, claims(**changes), headers)
        for file in files:
            row(f"{algorithm} {name}, {file}", file, algorithm, GOOD, token)


def bad(algorithm, key, file):
    wrong_type = "exp, nbf, iat, iss or aud is of a wrong type"
    cases = [
        ("expired", {"exp": NOW - 60}, "the token has expired"),
        ("no exp", {"exp": None}, "the token has no exp"),
        ("not yet", {"nbf": NOW + 3600}, "the token is not valid yet (nbf)"),
        ("future", {"iat": NOW + 3600}, "the token is from the future (iat)"),
        ("issuer", {"iss": ISSUER.upper()},
         "the token's iss is not the issuer"),
        ("audience", {"aud": "x"}, "the token's aud is somebody else"),
        ("audiences", {"aud": ["x", "y"]}, "the token's aud is somebody else"),
        ("no audience", {"aud": None}, "the token's aud is somebody else"),
        ("audience as object", {"aud": {AUDIENCE: 1}}, wrong_type),
        ("audience not a text", {"aud": [AUDIENCE, 1]}, wrong_type),
        ("exp as list", {"exp": [NOW + 60]}, wrong_type),
    ]
    for name, changes, reason in cases:
        token = make(name, key, algorithm, False, claims(**changes))
        row(f"{algorithm} {name}", file, algorithm, reason, token)
    stranger = jwt.encode(claims(), make_key(algorithm), algorithm=algorithm)
    if pyjwt_accepts(stranger, key, algorithm):
        sys.exit(f"PyJWT does not agree: {algorithm} stranger")
    row(f"{algorithm} stranger", file, algorithm,
        "the token's signature is wrong", stranger)


# What PyJWT takes and we do not: a crit and a typ that it does not look at,
# padding, a NaN, and numbers of any size.
def stricter(algorithm, key, file):
    payload = "the token's payload is not a proper JSON object"
    cases = [
        ("crit", {"crit": ["x"], "x": 1}, {},
         "the token demands an extension (crit)"),
        ("logout token", {"typ": "logout+jwt"}, {},
         "the token's typ is neither JWT nor at+jwt"),
        ("NaN", None, {"x": float("nan")}, payload),
        ("large number", None, {"x": 10 ** 40}, payload),
        ("exp in the year 10000", None, {"exp": 253402300800},
         "exp, nbf, iat, iss or aud is of a wrong type"),
    ]
    for name, headers, changes, reason in cases:
        token = jwt.encode(claims(**changes), key, algorithm=algorithm,
                           headers=headers)
        row(f"{algorithm} {name}", file, algorithm, reason, token)
    row(f"{algorithm} padding", file, algorithm,
        "a part of the token is not base64url",
        jwt.encode(claims(), key, algorithm=algorithm) + "==")


def confused(key, files):
    for name in ("none", "None", "NONE"):
        head = base64url(json.dumps({"alg": name}).encode())
        body = base64url(json.dumps(claims()).encode())
        row(f"alg {name}", files[0], "RS256",
            "the token's alg is not a configured algorithm", f"{head}.{body}.")
    head = base64url(json.dumps({"alg": "HS256"}).encode())
    mac = hmac.new(pem_of(key), f"{head}.{body}".encode(), hashlib.sha256)
    row("HMAC with the public key", files[0], "RS256",
        "the token's alg is not a configured algorithm",
        f"{head}.{body}.{base64url(mac.digest())}")


def key_files(algorithm, key):
    files = [write_keys(f"{algorithm}.jwks",
                        json.dumps({"keys": [jwk_of(key)]}).encode())]
    if not isinstance(key, bytes):
        files.append(write_keys(f"{algorithm}.pem", pem_of(key)))
        files.append(write_keys(f"{algorithm}.crt",
                                certificate_of(key, algorithm)))
    return files


def main():
    for algorithm in ALGORITHMS:
        key = make_key(algorithm)
        files = key_files(algorithm, key)
        good(algorithm, key, files)
        bad(algorithm, key, files[0])
        stricter(algorithm, key, files[0])
        if algorithm == "RS256":
            confused(key, files)
    with open(os.path.join(directory, "pyjwt.tsv"), "w",
              encoding="utf-8") as file:
        file.write("\n".join(rows) + "\n")


main()
