# Token.pm: keys and tokens of a portal, made by the openssl program.
#
#   my $portal = BackupTasks::Token->new($t->dir);
#   $portal->key('RS256');                     # makes portal/RS256.key
#   $portal->jwks('two.jwks', ES256 => 'e', HS256 => undef);    # with kids
#   $portal->token('RS256', { sub => 'olga' });    # valid for five minutes
#
# A key is made when it is first asked for; "ES256-2" is a second one.

package BackupTasks::Token;

use strict;
use warnings;

use Digest::SHA qw(hmac_sha256);
use JSON::PP ();
use MIME::Base64 qw(encode_base64url);

our @ALGORITHMS = qw(RS256 RS384 RS512 PS256 ES256 ES384 EdDSA HS256);

my %rsa = (type => 'RSA', make => [ qw(-pkeyopt rsa_keygen_bits:2048) ]);
my %kind = (
    RS256 => { %rsa, sign => [ qw(dgst -sha256) ] },
    RS384 => { %rsa, sign => [ qw(dgst -sha384) ] },
    RS512 => { %rsa, sign => [ qw(dgst -sha512) ] },
    PS256 => { %rsa, sign => [ qw(dgst -sha256 -sigopt rsa_padding_mode:pss
        -sigopt rsa_pss_saltlen:32) ] },
    ES256 => { type => 'EC', make => [ qw(-pkeyopt ec_paramgen_curve:P-256) ],
        curve => 'P-256', half => 32, sign => [ qw(dgst -sha256) ] },
    ES384 => { type => 'EC', make => [ qw(-pkeyopt ec_paramgen_curve:P-384) ],
        curve => 'P-384', half => 48, sign => [ qw(dgst -sha384) ] },
    EdDSA => { type => 'ED25519', make => [] },
    HS256 => { secret => 1 },
);

my $json = JSON::PP->new->canonical->utf8;

sub new {
    my ($class, $dir) = @_;
    mkdir "$dir/portal";
    return bless { dir => "$dir/portal" }, $class;
}

# The file of the public key, PEM; for HS256 a JWKS.
sub key {
    my ($self, $name) = @_;
    my $file = "$self->{dir}/$name.key";
    return $file if -e $file;
    return $self->jwks("$name.key", $name, undef) if _kind($name)->{secret};
    _openssl('pkey', '-in', $self->private($name), '-pubout', '-out', $file);
    return $file;
}

# The file of the private key.
sub private {
    my ($self, $name) = @_;
    my $file = "$self->{dir}/$name.private";
    my $kind = _kind($name);
    _openssl('genpkey', '-algorithm', $kind->{type}, @{ $kind->{make} },
        '-out', $file) if !-e $file;
    return $file;
}

# A file with a JWKS of keys, each followed by its kid or undef.
sub jwks {
    my ($self, $file, @pairs) = @_;
    my @keys;
    while (my ($name, $kid) = splice @pairs, 0, 2) {
        push @keys, { %{ $self->_jwk($name) }, defined $kid
            ? (kid => $kid) : () };
    }
    return $self->write($file, $json->encode({ keys => \@keys }));
}

# A file that only its owner reads: it may hold a secret.
sub write {
    my ($self, $name, $text) = @_;
    my $file = "$self->{dir}/$name";
    open my $out, '>', $file or die "$file: $!";
    chmod 0600, $out;
    print $out $text;
    close $out or die "$file: $!";
    return $file;
}

# The claims are added to those of a good token; undef takes one away.
sub token {
    my ($self, $name, $claims, $header) = @_;
    my $now = time;
    my %claims = (iss => 'https://portal.example', aud => 'backup-tasks',
        sub => 'olga', iat => $now, exp => $now + 300, %{ $claims // {} });
    delete $claims{$_} for grep { !defined $claims{$_} } keys %claims;
    return $self->raw($name, $json->encode({ typ => 'JWT',
        alg => _alg($name), %{ $header // {} } }), $json->encode(\%claims));
}

# A token of these very texts.
sub raw {
    my ($self, $name, $header, $payload) = @_;
    my $text = join '.', map { encode_base64url($_) } $header, $payload;
    return "$text." . encode_base64url($self->signature($name, $text));
}

sub signature {
    my ($self, $name, $text) = @_;
    my $kind = _kind($name);
    return hmac_sha256($text, $self->_secret($name)) if $kind->{secret};
    my $file = $self->write('text', $text);
    return _openssl('pkeyutl', '-sign', '-rawin', '-inkey',
        $self->private($name), '-in', $file) if !$kind->{sign};
    my $signature = _openssl(@{ $kind->{sign} }, '-sign',
        $self->private($name), $file);
    return $kind->{half} ? _halves($signature, $kind->{half}) : $signature;
}

# r and s of a DER signature, each of the whole length, RFC 7518 section 3.4.
sub _halves {
    my ($der, $length) = @_;
    my ($r, $s) = unpack 'xxx C/a x C/a', $der;
    return join '', map { substr "\0" x $length . $_, -$length } $r, $s;
}

sub _jwk {
    my ($self, $name) = @_;
    my $kind = _kind($name);
    return { kty => 'oct', k => encode_base64url($self->_secret($name)) }
        if $kind->{secret};
    my @in = ('pkey', '-pubin', '-in', $self->key($name));
    if ($kind->{type} eq 'RSA') {
        my ($n) = _openssl(@in, '-text', '-noout')
            =~ /Modulus:\s+00:([0-9a-f:\s]+)Exponent: 65537 /;
        return { kty => 'RSA', e => 'AQAB',
            n => encode_base64url(pack 'H*', $n =~ s/[^0-9a-f]//gr) };
    }
    my $der = _openssl(@in, '-outform', 'DER');
    return { kty => 'OKP', crv => 'Ed25519',
        x => encode_base64url(substr $der, -32) } if !$kind->{half};
    return { kty => 'EC', crv => $kind->{curve},
        x => encode_base64url(substr $der, -2 * $kind->{half}, $kind->{half}),
        y => encode_base64url(substr $der, -$kind->{half}) };
}

sub _secret { my ($self, $name) = @_; return "secret $name " . 's' x 32 }

sub _alg { my ($name) = @_; return $name =~ s/-.*//r }

sub _kind { my ($name) = @_; return $kind{ _alg($name) } }

sub _openssl {
    my (@arguments) = @_;
    open my $out, '-|', 'sh', '-c', 'exec openssl "$@" 2>&1', 'sh', @arguments
        or die "openssl: $!";
    binmode $out;
    my $text = do { local $/; <$out> } // '';
    close $out or die "openssl @arguments: $text";
    return $text;
}

1;
