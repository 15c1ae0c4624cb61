#!/usr/bin/perl
# module_sign_in_config.t: what "nginx -t" says about keys, proxies and roles.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks::Module;
use BackupTasks::Token;
use Test::More;

my %token = (
    token          => '$cookie_portal',
    token_key_file => '%%DIR%%/portal/RS256.key',
    token_issuer   => 'https://portal.example',
    token_audience => 'backup-tasks',
);
my %proxy = (
    trusted_proxy        => '10.0.0.7',
    trusted_proxy_secret => 'X-Secret %%DIR%%/secrets',
    trusted_proxy_header => 'user X-User',
);

# A portal that has made all its keys before.
my ($portal, $first);

sub written {
    my (%value) = @_;
    return join '', map { my $name = $_; map { "backup_tasks_$name $_; " }
        ref $value{$name} ? @{ $value{$name} } : $value{$name} // () }
        sort keys %value;
}

# The output of nginx -t on an installation whose files are made by a sub;
# "ok" when it is content.
sub check {
    my ($auth, $files, %o) = @_;
    my $t = BackupTasks::Module->new(start => 0, auth => $auth, %o,
        before => sub {
            my ($self) = @_;
            if ($first) {
                symlink $first->dir . '/portal', $self->dir . '/portal';
            } else {
                ($first, $portal) =
                    ($self, BackupTasks::Token->new($self->dir));
                $portal->key($_) for qw(RS256 ES256 HS256);
            }
            $self->write_file('secrets', '1' x 64);
            chmod 0600, $self->dir . '/secrets';
            $files->($self) if $files;
        });
    my ($status, $output) = $t->check_conf;
    $t->stop;
    chomp $output;
    return $status ? $output : "ok$output";
}

sub token { return check(written(%token, @_)) }
sub proxy { return check(written(%proxy, @_)) }

# Tokens.
is(token(), 'ok', 'the least');
is(token(token_issuer => 'off', token_audience => 'off'), 'ok', 'off');
is(token(token_algorithm => 'RS256 PS256', token_leeway => '10m',
    token_audience => 'a b c', token_claim => [ 'role a b', 'role c',
    'user x' ]), 'ok', 'the most');
is(token(token => 'off', token_key_file => undef, user => '$remote_user'),
    'ok', 'switched off, nothing is needed');
is(token(token_algorithm => 'ES256', token_key_file =>
    '%%DIR%%/portal/ES256.key'), 'ok', 'another algorithm');
my @bad = (
    [ 'needs "backup_tasks_token_key_file"', token_key_file => undef ],
    [ 'needs "backup_tasks_token_issuer": the "iss"', token_issuer => undef ],
    [ 'needs "backup_tasks_token_audience": the "aud"',
        token_audience => undef ],
    [ 'must not be empty, say "off"', token_issuer => '""' ],
    [ 'must not be empty, say "off"', token_audience => '""' ],
    [ 'must not be empty, say "off"', token_audience => 'a ""' ],
    [ 'must not be above 10m', token_leeway => '601s' ],
    [ 'invalid value', token_leeway => '-1s' ],
    (map { [ qq{unknown algorithm "$_", there are RS256,},
        token_algorithm => $_ ] } qw(none rs256 RS1 ES512 PS384 HS512)),
    [ 'unknown algorithm "HS384"', token_algorithm => 'RS256 HS384' ],
    [ '"portal" has no variable', token => 'portal' ],
    [ '"x" has no variable', token => '$cookie_portal x' ],
    [ 'unknown field "name", there are user,', token_claim => 'name x' ],
    [ 'invalid number of arguments', token_claim => 'user' ],
    (map { [ 'is duplicate', $_->[0] => [ @$_[1, 1] ] ] }
        [ token => '$cookie_a' ], [ token_key_file => 'a' ],
        [ token_algorithm => 'RS256' ], [ token_issuer => 'a' ],
        [ token_audience => 'a' ], [ token_audience => 'off' ],
        [ token_leeway => '1s' ], [ token_claim => 'user x' ],
        [ token_claim => 'scope x' ]),
    [ 'open\(\) |No such file', token_key_file => '%%DIR%%/none.key' ],
);
for my $case (@bad) {
    my ($want, @change) = @$case;
    my $change = join ' ', map { ref ? "@$_" : $_ // 'none' } @change;
    like(token(@change), qr/\[emerg\].*(?:$want)/s, $change);
}

# Keys: the path, what is wrong with it, and what to do.
sub key_file {
    my ($text, $mode, %o) = @_;
    return check(written(%token, token_key_file => 'x.key', %o), sub {
        my ($t) = @_;
        $t->write_file('x.key', $text);
        chmod $mode // 0600, $t->dir . '/x.key';
    });
}
my $in = 'in location "/backup/": \S*/x\.key: ';
like(key_file($$_[0], $$_[1], @$_[3 .. $#$_]), qr/\[emerg\].*$in$$_[2]/,
    "key file: $$_[2]") for
    [ '', 0600, 'the file is empty' ],
    [ 'secret', 0600, 'neither PEM nor a JWKS' ],
    [ '{"keys":[]}', 0600, '.*key' ],
    [ '{"keys":[', 0600, 'line 1, column 9: ' ],
    [ $first->read_file($first->dir . '/portal/RS256.private'), 0600,
        '.*private key' ],
    [ $first->read_file($first->dir . '/portal/RS256.key'), 0666,
        'everybody may write to it.*chmod o-w' ],
    [ $first->read_file($first->dir . '/portal/ES256.key'), 0600,
        'no key in it fits RS256; key 1 is EC on prime256v1' ],
    [ $first->read_file($first->dir . '/portal/RS256.key'), 0600,
        'HS256 is configured, but no secret', token_algorithm => 'HS256 RS256' ],
    [ $first->read_file($first->dir . '/portal/HS256.key'), 0644,
        'holds a secret.*chmod o-r', token_algorithm => 'HS256' ],
    [ 'x' x 300_000, 0600, 'longer than' ];
is(key_file($first->read_file($first->dir . '/portal/RS256.key'), 0644), 'ok',
    'everybody may read public keys; a relative path');

# Claims as variables.
is(check(written(%token), undef, http => 'backup_tasks_token_claim_set $a b c; '
    . 'backup_tasks_token_claim_set $d e;'), 'ok', 'variables');
like(check(written(%token), undef, http => "backup_tasks_token_claim_set $$_[0]"),
    qr/\[emerg\].*$$_[1]/s, "claim_set $$_[0]") for
    [ 'a b;', 'invalid variable name "a"' ],
    [ '$ b;', 'invalid variable name' ],
    [ '$a;', 'invalid number of arguments' ],
    [ '$a b; backup_tasks_token_claim_set $a c;', 'duplicate "a" variable' ],
    [ '$uri b;', 'duplicate "uri" variable' ];

# Roles.
is(token(role_map => [ '"Backup Admins" operator auditor', 'x viewer',
    'x feed' ]), 'ok', 'role map');
like(token(role_map => 'x root'), qr/unknown role "root", there are viewer,/,
    'an unknown role');

# Where the portal is.
is(token(login_url => $_), 'ok', "login_url $_") for '/in',
    'https://portal.example/in?rd=$backup_tasks_return_path', '""', '$cookie_x';
like(token(login_url => $_), qr/neither a path nor an http or https URL/,
    "login_url $_") for 'portal.example', '//portal.example/', '"/a b"',
    'javascript:x';

# A portal's proxy.
is(proxy(), 'ok', 'a proxy with a secret');
is(proxy(trusted_proxy_secret => undef, trusted_proxy_certificate => 'CN=x'),
    'ok', 'with a certificate');
is(proxy(trusted_proxy => 'unix: 10.0.0.0/8 fd00::/8 127.0.0.1'), 'ok',
    'addresses');
like(proxy(trusted_proxy => '10.0.0.1/8'), qr/^ok.*low address bits of/s,
    'an address that is no network: a warning');
is(proxy(trusted_proxy => 'off', user => 'x', trusted_proxy_secret => undef),
    'ok', 'switched off');
@bad = (
    [ 'an address alone proves nothing', trusted_proxy_secret => undef ],
    [ 'needs "backup_tasks_trusted_proxy_header user NAME"',
        trusted_proxy_header => 'role X-Role' ],
    [ '"portal.example" is not an address or network',
        trusted_proxy => 'portal.example' ],
    [ '"unix:/x" is not an address', trusted_proxy => 'unix:/x' ],
    [ 'is duplicate', trusted_proxy => [ '127.0.0.1', '127.0.0.2' ] ],
    [ 'is duplicate', trusted_proxy_header => [ 'user X-A', 'user X-B' ] ],
    [ 'unknown field "group"',
        trusted_proxy_header => [ 'user X-A', 'group X-B' ] ],
    (map { [ qq{"$_" is not the name of a header},
        trusted_proxy_header => qq{user "$_"} ] } 'X_User', 'X-User:', ''),
    [ '"X_S" is not the name of a header',
        trusted_proxy_secret => 'X_S %%DIR%%/secrets' ],
    [ 'is duplicate', trusted_proxy_secret =>
        [ 'X-A %%DIR%%/secrets', 'X-B %%DIR%%/secrets' ] ],
    [ 'none" failed', trusted_proxy_secret => 'X-S %%DIR%%/none' ],
    [ 'must not be empty', trusted_proxy_certificate => '""' ],
);
for my $case (@bad) {
    my ($want, @change) = @$case;
    my $change = join ' ', map { ref ? "@$_" : $_ // 'none' } @change;
    like(proxy(@change), qr/\[emerg\].*$want/s, $change);
}
sub secrets {
    my ($text, $mode) = @_;
    return check(written(%proxy), sub {
        my ($t) = @_;
        $t->write_file('secrets', $text);
        chmod $mode // 0600, $t->dir . '/secrets';
    });
}
is(secrets("\n" . '1' x 32 . " \r\n\n" . '2' x 100), 'ok', 'two secrets');
like(secrets('1' x 32 . "\n" . '2' x 31 . "\n"),
    qr/has 31 bytes in line 2, at least 32 are needed: "openssl rand/,
    'a short secret');
like(secrets("\n\n"), qr/is empty: "openssl rand -hex 32" makes a secret/,
    'no secret');
like(secrets('1' x 5000), qr/is longer than 4096 bytes/, 'too long');
like(secrets('1' x 32, 0644), qr/^ok.*\[warn\].*other users/s,
    'readable by everybody: a warning');

# At least one way, and none that lets anybody in.
like(check(''), qr/needs "backup_tasks_user", "backup_tasks_token" or "backup/,
    'no way of signing in');
is(check(written(%token) . 'satisfy any;'), 'ok',
    'a token is verified whatever the access phase says');
like(check(written(%token, user => 'x') . 'satisfy any;'),
    qr/"satisfy any" must not be used/, 'a variable is not');
is(check('', undef, http => written(%token)), 'ok', 'set for all servers');

$first->done;
