#!/usr/bin/perl
# module_keys.t: keys change by a reload, and leave nothing behind.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks::Module;
use BackupTasks::Token;
use Test::More;

my @names = qw(ES256 ES256-2 EdDSA HS256);
my $portal;
my $auth = join '', map { "backup_tasks_$_; " } 'token $cookie_portal',
    'token_key_file %%DIR%%/portal/all.jwks', 'token_issuer off',
    'token_algorithm ES256 EdDSA HS256', 'token_audience off',
    'token_claim role roles', 'token_claim scope scopes',
    'trusted_proxy 127.0.0.1', 'trusted_proxy_header user X-User',
    'trusted_proxy_secret X-Secret %%DIR%%/secrets',
    'login_url /in?rd=$backup_tasks_return_path', 'role viewer';

# An installation with the keys of the file, each under its name as kid.
sub installation {
    my ($keys, %o) = @_;
    return BackupTasks::Module->new(auth => $auth, %o, before => sub {
        my ($t) = @_;
        $portal = BackupTasks::Token->new($t->dir);
        $portal->jwks('all.jwks', map { ($_, $_) } @$keys);
        $t->write_file('secrets', '1' x 64);
        chmod 0600, $t->dir . '/secrets';
    });
}

# The token of each key, with scopes so that lists are read, too.
sub tokens {
    return map { $_ => $portal->token($_, { roles => [ 'viewer' ],
        scopes => [ 'a b', 'c' ] }, { kid => $_ }) } @names;
}

sub taken {
    my ($t, %token) = @_;
    return join ' ', grep { $t->get('/backup/data.xml', headers =>
        [ Cookie => "portal=$token{$_}" ])->{status} == 200 } @names;
}

# Rotation: the new key is added, tokens of both count, the old one goes.
my $t = installation([ 'ES256', 'HS256' ]);
my %token = tokens();
is(taken($t, %token), 'ES256 HS256', 'before');
$portal->jwks('all.jwks', map { ($_, $_) } qw(ES256 ES256-2 EdDSA HS256));
is(taken($t, %token), 'ES256 HS256', 'a new file alone changes nothing');
$t->reload_nginx;
is(taken($t, %token), 'ES256 ES256-2 EdDSA HS256', 'old and new');
$portal->jwks('all.jwks', map { ($_, $_) } qw(ES256-2 HS256));
$t->reload_nginx;
is(taken($t, %token), 'ES256-2 HS256', 'the new ones');

# A file that went bad: the old keys go on.
$portal->write('all.jwks', '{"keys":[');
kill 'HUP', $t->pid('nginx');
ok($t->wait_until(sub { $t->log('error') =~ /\[emerg\].*all\.jwks/ }),
    'a bad file is refused');
$t->expect_log(qr/all\.jwks/);
is(taken($t, %token), 'ES256-2 HS256', 'and service goes on');
$t->end;

# Ten reloads, and every kind of sign-in between them, watched by valgrind.
# On the build without sanitizers, which auto/test makes, too.
SKIP: {
    local $ENV{SAN};
    delete $ENV{SAN};
    skip 'only the build with sanitizers is there', 2
        if !-e "$FindBin::Bin/../../build/ngx_http_backup_tasks_module.so";
    $t = installation(\@names, start => 0, wrapper => [ 'valgrind', '-q',
        '--leak-check=full', '--show-leak-kinds=definite',
        '--errors-for-leak-kinds=definite', '--keep-debuginfo=yes',
        '--num-callers=30', '--log-file=/dev/stderr' ]);
    $t->start('nginx');
    %token = tokens();
    my @bad = map { [ Cookie => "portal=$_" ] } 'x', $portal->token('ES256-3'),
        map { my $cut = $_; map { substr $_, 0, -$cut } values %token } 1, 40;
    my %seen;
    for (0 .. 10) {
        $t->reload_nginx if $_;
        $seen{ taken($t, %token) }++;
        $seen{ $t->get('/backup/data.xml', headers => $_)->{status} }++
            for @bad, [ 'X-User' => 'mia' ], [],
                [ 'X-User' => 'mia', 'X-Secret' => '1' x 64 ];
        $seen{ $t->get('/backup/data')->{status} }++;
    }
    is_deeply(\%seen, { "@names" => 11, 401 => 12 * 11, 200 => 11, 302 => 11 },
        'the answers of eleven configurations');
    $t->stop;
    # what nginx itself and its libraries lose at their end is not ours
    my @reports = split /(?=^==\d+==\s*\n)/m, $t->read_file($t->dir
        . '/log/nginx.out');
    my @ours = grep { /backup_tasks|bt_|json_|Invalid|uninitialised/ } @reports;
    is(join('', @ours), '', 'nothing lost, nothing read that is not there');
}

$t->done;
