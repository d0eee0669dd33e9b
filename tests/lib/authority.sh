# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A site's authority and its signers, for tests. Set $AUTHORITY to a folder first.

# make_authority: its key and certificate are $AUTHORITY/authority.{key,pem}.
make_authority() {
    mkdir -p "$AUTHORITY"
    cat >"$AUTHORITY/cnf" <<END
[ca]
default_ca = site
[site]
database = $AUTHORITY/index
new_certs_dir = $AUTHORITY
rand_serial = yes
certificate = $AUTHORITY/authority.pem
private_key = $AUTHORITY/authority.key
default_md = sha256
default_days = 3650
default_crl_days = 3650
policy = names
x509_extensions = signer
[names]
commonName = supplied
[req]
distinguished_name = none
[none]
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[server]
extendedKeyUsage = serverAuth
subjectAltName = IP:127.0.0.1
[client]
extendedKeyUsage = clientAuth
[signer]
keyUsage = critical,digitalSignature
extendedKeyUsage = codeSigning
subjectKeyIdentifier = hash
END
    : >"$AUTHORITY/index"
    openssl req -new -x509 -config "$AUTHORITY/cnf" -extensions authority -nodes -days 3650 \
        -newkey rsa:2048 -subj /CN=Authority -keyout "$AUTHORITY/authority.key" \
        -out "$AUTHORITY/authority.pem"
} 2>/dev/null

# make_signer NAME [server|client]: $AUTHORITY/NAME.{key,pem}, called "Signer NAME", of
# modules unless it is for TLS.
make_signer() {
    openssl req -new -config "$AUTHORITY/cnf" -nodes -newkey rsa:2048 -subj "/CN=Signer $1" \
        -keyout "$AUTHORITY/$1.key" -out "$AUTHORITY/$1.csr"
    openssl ca -batch -notext -config "$AUTHORITY/cnf" -extensions "${2:-signer}" -in "$AUTHORITY/$1.csr" -out "$AUTHORITY/$1.pem"
} 2>/dev/null

# revoke_signer NAME; make_crl FILE: the list of those that were.
revoke_signer() { openssl ca -config "$AUTHORITY/cnf" -revoke "$AUTHORITY/$1.pem" 2>/dev/null; }
make_crl() { openssl ca -gencrl -config "$AUTHORITY/cnf" -out "$1" 2>/dev/null; }
