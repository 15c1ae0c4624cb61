#!/usr/bin/perl
# module_docs.t: the examples of docs/sign-in.md, in the place they are made for.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks::Module;
use BackupTasks::Token;
use Test::More;

my $root = "$FindBin::Bin/../..";

sub slurp {
    my ($file) = @_;
    open my $in, '<', "$root/$file" or die "$file: $!";
    return do { local $/; <$in> };
}

# section => { http, server, location => [ text, ... ] }: indented paragraphs,
# by what the one before them says.
my %example;
for my $section (split /^## /m, slurp('docs/sign-in.md')) {
    my ($title) = $section =~ /^(.*)/;
    my $level = '';
    for my $paragraph (split /\n\n+/, $section) {
        if ($paragraph !~ /^    /) {
            ($level) = $paragraph =~ /[Ii]n the\s(http|server|location)\b/;
            push @{ $example{$title}{$level} }, '' if $level;
        } elsif ($level) {
            $example{$title}{$level}[-1] .= "$paragraph\n";
        }
    }
}

# conf/example.conf with another way of signing in.
sub configured {
    my (%part) = @_;
    my $text = slurp('conf/example.conf');
    $text =~ s/^        auth_basic .*\n.*auth_basic_user_file.*\n//m or die;
    $text =~ s/^ +backup_tasks_(?:user|role) .*\n//gm == 2 or die;
    $text =~ s/auth_basic( +off;)/$part{open}$1/g if $part{open};
    $text =~ s/^ +backup_tasks_scope .*\n/$part{location}/m or die;
    $text =~ s/^server \{/@{[ $part{http} \/\/ '' ]}server {/m or die;
    $text =~ s/^    client_max_body_size.*\n/$&@{[ $part{server} \/\/ '' ]}/m
        or die;
    $text =~ s{/usr/local/share/backup-tasks/xslt/backup-tasks\.xsl}
              {%%DIR%%/echo.xsl}g;
    $text =~ s{/usr/local/share/backup-tasks/}{%%ROOT%%/}g;
    $text =~ s{/run/backup-tasks/}{%%DIR%%/}g;
    $text =~ s{/etc/nginx/backup-tasks-csrf\.key}{%%DIR%%/csrf.key};
    $text =~ s{/etc/nginx/backup-tasks-portal\.}{%%DIR%%/portal/};
    $text =~ s{/etc/nginx/[a-z]+-ca\.pem}{%%DIR%%/ca.pem};
    $text =~ s{\n\s*ssl_certificate\S* [^\n]*}{}g;
    $text =~ s{443 ssl}{127.0.0.1:%%PORT%%};
    $text =~ s{10\.0\.0\.7}{127.0.0.1};
    return "%%MODULES%%\n%%MAIN%%\nevents {}\nhttp {\n%%HTTP%%\n$text}\n";
}

my $portal;
sub installation {
    my (%part) = @_;
    my $t = BackupTasks::Module->new(start => 0);
    $t->{conf} = configured(%part);
    $portal = BackupTasks::Token->new($t->dir);
    $portal->jwks('jwks', RS256 => 'first');
    $portal->write('secret', 's' x 40);
    $t->run_program('openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt',
        'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=ca', '-keyout',
        $t->dir . '/ca.key', '-out', $t->dir . '/ca.pem');
    is_deeply([ $t->check_conf ], [ 0, '' ], 'nginx -t');
    return $t->start('nginx');
}

sub told {
    my ($t, @headers) = @_;
    my $answer = $t->get('/backup/data.xml', headers => [ @headers ]);
    return $answer->{status} if $answer->{status} != 200;
    return join '|', @{ $t->params($answer) }{qw(BT_USER BT_ROLES BT_SCOPE)};
}

my %claims = (iss => 'https://sso.example.com/realms/example',
    preferred_username => 'mia', realm_access => { roles => [ 'audit' ] },
    resource_access => { 'backup-tasks' => { roles => [ 'reporting' ] } },
    backup_scope => 'group:core', department => { name => 'Payments' });

# A portal's token.
my $example = $example{"A portal's token"};
my $t = installation(location => $example->{location}[0]);
my @token = (Cookie => 'portal=' . $portal->token('RS256', \%claims,
    { kid => 'first' }));
is(told($t, @token), 'mia|auditor feed|group:core', 'a token of Keycloak');
my $answer = $t->get('/backup/data?range=7d');
is($answer->{headers}{location}, 'https://portal.example.com/login?back='
    . 'https%3A%2F%2Fbackup.example.com%2Fbackup%2Fdata%3Frange%3D7d', 'login');
like($t->get('/backup/data.xml')->{headers}{'content-security-policy'},
    qr{form-action 'self' https://portal\.example\.com;}, 'form-action');
$t->end;

my $lines = $example->{location}[0] =~ s/^ +backup_tasks_token_claim scope.*//mr;
$t = installation(location => $lines . $example->{location}[1],
    http => $example->{http}[0]);
@token = (Authorization => 'Bearer ' . $portal->token('RS256', \%claims));
is(told($t, @token), 'mia|auditor feed|group:pay crm', 'a scope by department');
$t->end;

$t = installation(http => $example->{http}[1], location =>
    $example->{location}[0] =~ s/\$cookie_portal/\$portal_token/r);
my $token = $portal->token('RS256', \%claims);
is(told($t, Cookie => "a=b; __Host-portal=$token; c=d"),
    'mia|auditor feed|group:core', 'a cookie with a dash in its name');
is(told($t, Cookie => "x__Host-portal=$token"), 401, 'and no other');
$t->end;

# oauth2-proxy; another server of nginx gives its answers.
$example = $example{'oauth2-proxy'};
my $oauth = 'server { listen unix:%%DIR%%/oauth2.sock; location /oauth2/auth { '
    . 'if ($cookie__oauth2_proxy != good) { return 401; } '
    . 'add_header X-Auth-Request-Preferred-Username mia always; '
    . 'add_header X-Auth-Request-Groups staff,backup-operators always; '
    . 'return 202; } '
    . "location / { return 204; } }\n";
$t = installation(http => $oauth, open => 'auth_request', location => $example->{location}[0],
    server => $example->{server}[0]
        =~ s{http://127\.0\.0\.1:4180}{http://unix:%%DIR%%/oauth2.sock:}gr);
my @good = (Cookie => '_oauth2_proxy=good');
my @claim = ('X-Auth-Request-Preferred-Username' => 'olga',
    'X-Auth-Request-Groups' => 'backup-readers', 'X-Sso-User' => 'olga');
is(told($t, @good), 'mia|operator|*', 'oauth2-proxy');
is(told($t, @good, @claim), 'mia|operator|*', 'not what the client says');
is(told($t), 401, 'not signed in');
is(told($t, @claim, Cookie => '_oauth2_proxy=bad'), 401, 'whatever it says');
is($t->get('/backup/log?range=7d')->{headers}{location},
    '/oauth2/start?rd=%2Fbackup%2Flog%3Frange%3D7d', 'a page leads there');
is($t->get('/backup/log', headers => [ 'Sec-Fetch-Dest' => 'iframe' ])->{status},
    401, 'a frame does not');
is($t->get('/backup/health')->{status}, 200, 'health is open');
$answer = $t->post('/backup/log/9/stop', 'csrf=x', headers => { @good });
like($answer->{body}, qr{BT_METHOD=POST<.*BT_USER=mia<}s, 'an act');
$answer = $t->post('/backup/log/9/stop', 'csrf=x');
is($answer->{status}, 401, 'not signed in any more');
is($t->error_fields($answer)->{'login-url'},
    '/oauth2/start?rd=%2Fbackup%2Flog%2F9%2Fstop', 'back to the form');
is($t->get('/oauth2/auth')->{status}, 404, 'nobody else may ask');
$t->end;

# A portal's proxy.
$example = $example{"A portal's proxy"};
$t = installation(location => $example->{location}[0]);
my @mia = ('X-Portal-User' => 'mia', 'X-Portal-Groups' =>
    'staff,backup-operators');
is(told($t, @mia, 'X-Portal-Secret' => 's' x 40), 'mia|operator|*', 'the portal');
is(told($t, @mia), 401, 'somebody else');
$t->end;
$lines = join "\n", (split /\n/, $example->{location}[0])[4 .. 8];
$t = installation(server => $example->{server}[-1],
    location => "$example->{location}[1]$lines\n");
is(told($t, @mia), 401, 'without its certificate');
$t->end;

# Client certificates.
$example = $example{'Client certificates'};
$t = installation(map { $_ => $example->{$_}[0] } qw(http server location));
is(told($t), 401, 'without one');

# What the page says about the log.
my ($reasons) = slurp('docs/sign-in.md') =~ /(    \[info\] backup.*\n.*\n.*\n)/;
my $source = join '', map { slurp("ngx_module/ngx_http_backup_tasks_$_.c") }
    qw(token proxy);
$source .= slurp('token/bt_token.c');
for my $text ($reasons =~ /(?:refused|proxy): ([a-z' ]+),/g) {
    ok(index($source, $text) >= 0, "the log's words: $text");
}

$t->done;
