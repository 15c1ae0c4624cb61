#!/usr/bin/perl
# module_sign_in.t: what somebody without a sign-in is told, page by page.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks::Module;
use BackupTasks::Token;
use Test::More;

my $token = 'backup_tasks_token $cookie_portal; '
    . 'backup_tasks_token_algorithm HS256; backup_tasks_token_issuer off; '
    . 'backup_tasks_token_audience off; backup_tasks_token_claim role roles; '
    . 'backup_tasks_token_key_file %%DIR%%/portal/HS256.key; ';
my $portal_url = 'https://portal.example/login?back=';
my $login = qq{backup_tasks_login_url "$portal_url\$backup_tasks_return_path"; };
my $verified = 'backup_tasks_user $http_x_user; backup_tasks_role operator; '
    . 'backup_tasks_csrf_key_file %%DIR%%/csrf.key; ';
my $portal;

sub place {
    my ($path, $directives) = @_;
    return BackupTasks::Module::location($path, $directives
        . 'error_page 401 403 405 @backup_tasks_error; ');
}

my $t = BackupTasks::Module->new(
    http => 'large_client_header_buffers 4 16k; '
        . 'error_log %%DIR%%/log/error.log info; '
        . 'server { listen unix:%%DIR%%/verify.sock; '
        . 'location / { return 401; } '
        . join('', map { "location /$_/ { return 401; "
            . "add_header WWW-Authenticate '$_ realm=\"x\"' always; } " }
            qw(Basic Negotiate Bearer)) . '}',
    auth => $token . $login,
    server => join('',
        place('/top/', "$token backup_tasks_public_base /; "
            . 'backup_tasks_login_url /in?rd=$backup_tasks_return_path;'),
        place('/base/', "$token $login "
            . 'backup_tasks_public_base https://backup.example/a%20b/;'),
        place('/given/', "$token backup_tasks_login_url \$http_x_to; "
            . 'add_header X-Origin [$backup_tasks_login_origin] always;'),
        place('/none/', $token),
        place('/password/', 'auth_basic x; auth_basic_user_file '
            . "%%DIR%%/htpasswd; $login $verified"),
        map({ place("/by-$_/", "auth_request /verify/$_/; $login $verified")
            . "location = /verify/$_/ { internal; proxy_pass_request_body off;"
            . 'proxy_set_header Content-Length "";'
            . "proxy_pass http://unix:%%DIR%%/verify.sock:/$_/; }" }
            qw(Basic Negotiate Bearer nothing))),
    before => sub {
        $portal = BackupTasks::Token->new($_[0]->dir);
        $portal->key('HS256');
    });

sub encoded { return $_[0] =~ s/([^A-Za-z0-9._~-])/sprintf '%%%02X', ord $1/ger }

# The status, and where it leads.
sub leads {
    my ($answer) = @_;
    return join ' ', grep { defined } $answer->{status},
        $answer->{headers}{location};
}

sub asked { my ($path, @headers) = @_;
    return $t->get($path, headers => [ @headers ]) }

# A page goes to the portal.
my $to_data = $portal_url . encoded('/backup/data');
for my $case ([ 'no header' ], [ 'document', 'Sec-Fetch-Dest', 'document' ],
    [ 'from elsewhere', 'Sec-Fetch-Site', 'cross-site' ]) {
    my ($name, @headers) = @$case;
    is(leads(asked('/backup/data', @headers)), "302 $to_data", $name);
}
my $answer = $t->get('/backup/data');
is($answer->{headers}{'cache-control'}, 'no-store', 'not stored');
is($answer->{headers}{'www-authenticate'}, undef, 'no challenge');

# Nothing else does.
for my $dest (qw(iframe frame embed object empty script style image worker
    audio Document), '', 'document, iframe') {
    $answer = asked('/backup/data', 'Sec-Fetch-Dest', $dest);
    is(leads($answer), 401, "for '$dest'");
    is($answer->{headers}{'www-authenticate'}, 'Bearer realm="backup-tasks"',
        'opens no window');
}
is(leads(asked('/backup/data', ('Sec-Fetch-Dest', 'document') x 2)), 401,
    'two headers');
is(leads($t->get("/backup/$_")), 401, $_) for qw(data.xml data/7.xml metrics data.csv
    data.atom feed.xsd data?layout=frame data?layout=fragment
    nothing.xml data?range=7d&layout=frame);
for my $method (qw(HEAD PUT DELETE OPTIONS)) {
    is(leads($t->request(method => $method, path => '/backup/data')), 401,
        $method);
}
is(leads($t->get('/none/data')), 401, 'without login_url');
is(leads($t->get('/backup/health')), 200, 'health is open');

# A token of any fault leads to the same place.
my %cookie = (none => undef, good => $portal->token('HS256'),
    forged => $portal->token('HS256-2'), odd => 'x',
    expired => $portal->token('HS256', { exp => time - 1 }));
for my $name (sort keys %cookie) {
    my @cookie = defined $cookie{$name} ? (Cookie => "portal=$cookie{$name}")
        : ();
    is(leads(asked('/backup/data', @cookie)),
        $name eq 'good' ? 403 : "302 $to_data", "token: $name");
}

# Where the portal leads back to.
my %back = (
    '/backup/'                  => '/backup/',
    '/backup/log/7/stop'        => '/backup/log/7/stop',
    '/backup/nothing'           => '/backup/nothing',
    '/backup/data?range=7d&status=FAILED' =>
        '/backup/data?range=7d&status=FAILED',
    '/backup/data?layout=full&x=1&&y' => '/backup/data?x=1&y',
    '/backup/data?layout=full'  => '/backup/data',
    '/backup/data?cluster=a%26b%23%0d%0aX:y' =>
        '/backup/data?cluster=a%26b%23%0d%0aX:y',
    "/backup/data?cluster=\xe6\x9d\x8e<\">'\\" =>
        "/backup/data?cluster=\xe6\x9d\x8e<\">'\\",
    '/backup/data?to=//evil.example' => '/backup/data?to=//evil.example',
    '/backup//evil.example/x'   => '/backup/',
    '/backup/data//x'           => '/backup/',
    '/backup/data/..//x'        => '/backup/',
    '/backup/./data'            => '/backup/',
    '/backup/%2f%2fevil'        => '/backup/',
    '/backup/\\evil'            => '/backup/',
    '/backup/data;x'            => '/backup/',
    '/backup/d%61ta'            => '/backup/',
    '/backup/data/@evil'        => '/backup/',
    '/other/../backup/data'     => '/backup/',
    '//backup/data'             => '/backup/',
    '/backup/data?' . 'x' x 3000 => '/backup/',
    '/top/data'                 => '/data',
    '/top/'                     => '/',
    '/top//evil.example/data'   => '/',
    '/top/%2fevil.example/'     => '/',
    '/top/%5cevil.example/'     => '/',
    '/top/evil.example/'        => '/',
    '/top/evil/'                => '/evil/',
    '/base/data?range=7d'       => '/a%20b/data?range=7d',
    '/base/'                    => '/a%20b/',
);
for my $path (sort keys %back) {
    my $url = $path =~ m{^/top} ? '/in?rd=' : $portal_url;
    is(leads($t->get($path)), "302 $url" . encoded($back{$path}),
        substr $path, 0, 50);
}
is(leads(asked('http://evil.example/backup/data', Host => 'evil.example')),
    "302 $to_data", 'an absolute address');

# A frame gets a page, with a link that leaves the frame.
$answer = asked('/backup/data?range=7d&layout=frame', 'Sec-Fetch-Dest',
    'iframe');
is($t->sheet_params($answer)->{layout}, 'frame', 'a page for the frame');
is($t->error_fields($answer)->{'login-url'},
    $portal_url . encoded('/backup/data?range=7d'), 'and the link');
is($t->error_fields($t->get('/none/data'))->{'login-url'}, undef,
    'none without login_url');
is($t->error_fields($t->get('/backup/data.xml'))->{'login-url'}, undef,
    'nor in a feed');

# An act without a sign-in: a page that leads back to the form by GET.
my @expired = (Cookie => "portal=$cookie{expired}");
sub post {
    my ($path, %headers) = @_;
    return $t->post($path, 'csrf=x&expected-state=IN_PROGRESS',
        headers => { @expired, %headers });
}
for my $case ([ 'stop' ], [ 'stop?lang=zh', 'Sec-Fetch-Dest', 'document' ],
    [ 'stop?layout=frame', 'Sec-Fetch-Dest', 'iframe' ]) {
    my ($path, @headers) = @$case;
    $answer = post("/backup/log/9/$path", @headers);
    is(leads($answer), 401, "act: $path");
    my $field = $t->error_fields($answer);
    is($field->{'login-url'}, $portal_url . encoded('/backup/log/9/'
        . $path =~ s/\?layout.*//r), 'the page leads to its form');
    like($field->{text}, qr/^Sign in first\. Nothing was done/, 'and says so');
}
is(leads(post('/backup/log/9/stop', 'Sec-Fetch-Dest', 'empty')), 401,
    'a script');
is(leads(post('/backup/data')), 401, 'an address that takes no act');
my $type = 'Content-Type: application/x-www-form-urlencoded';
is_deeply([ $t->statuses_on_one_connection(
    [ "POST /backup/log/9/stop HTTP/1.1\r\n$type\r\nContent-Length: 3", 'a=b' ],
    'GET /backup/data HTTP/1.1', 'GET /backup/health HTTP/1.1') ],
    [ 401, 302, 200 ], 'the connection goes on');

# A login_url that turns out unfit leads nowhere.
for my $to ('//evil.example/', '/\\evil.example/', 'javascript:alert(1)',
    'portal.example', "https://a/ b", "/\xe6\x9d\x8e", 'ftp://x/') {
    $answer = asked('/given/data', 'X-To', $to);
    is(leads($answer), 401, "login_url: $to");
    is($t->error_fields($answer)->{'login-url'}, undef, 'no link');
}
like($t->log('error'), qr/"backup_tasks_login_url" must give a path or/, 'logged');
my %origin = ('https://a.example:8443/in?x' => 'https://a.example:8443',
    'http://[::1]:80' => 'http://[::1]:80', 'https://a?x' => 'https://a',
    'https://a.example#x' => 'https://a.example', '/in' => '',
    'https://a;script-src/' => '', q{https://a'/} => '', 'https://u@a/' => '',
    'ftp://a/' => '', '' => '');
for my $to (sort keys %origin) {
    is(asked('/given/data', 'X-To', $to)->{headers}{'x-origin'},
        "[$origin{$to}]", "origin of $to");
}
is(leads(asked('/given/data', 'X-To', '')), 401, 'login_url: empty');
is(leads(asked('/given/data', 'X-To', $_)), "302 $_", "login_url: $_")
    for '/', '/in?x=1', 'https://a/', 'HTTP://a/';

# Other modules' refusals: what a browser answers itself is left to it.
is(leads($t->get('/password/data')), 401, 'auth_basic');
is($t->get('/password/data')->{headers}{'www-authenticate'}, 'Basic realm="x"',
    'keeps its challenge');
is(leads($t->get("/by-$_/data")), 401, "auth_request: $_")
    for qw(Basic Negotiate);
for my $kind (qw(Bearer nothing)) {
    my $to = $portal_url . encoded("/by-$kind/");
    $answer = $t->get("/by-$kind/data?range=7d");
    is(leads($answer), "302 ${to}data%3Frange%3D7d", "auth_request: $kind");
    is($answer->{headers}{'www-authenticate'}, undef, 'no challenge');
    is(leads($t->get("/by-$kind/data.xml")), 401, 'feed');
    is($t->get("/by-$kind/data.xml")->{headers}{'www-authenticate'},
        $kind eq 'Bearer' ? 'Bearer realm="x"'
            : 'Session realm="backup-tasks"', 'challenge');
    $answer = post("/by-$kind/log/9/stop");
    is(leads($answer), 401, 'act');
    is($t->error_fields($answer)->{'login-url'}, "${to}log%2F9%2Fstop", 'link');
    is(leads(asked("/by-$kind/data", 'Sec-Fetch-Dest', 'iframe')), 401, 'frame');
}

$t->done;
