#!/usr/bin/perl
# module_routes.t: every path of the contract, and the paths that are none.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks::Module;
use Test::More;

my $t = BackupTasks::Module->new(nested => <<'CONF');
            location /backup/static/ {
                auth_basic off;
                alias %%DIR%%/assets/;
            }
            location = /backup/feed.xsd { alias %%DIR%%/assets/feed.xsd; }
CONF
mkdir $t->dir . '/assets';
$t->write_file('assets/page.css', 'p { color: red }');

# path => view, kind, action, id
my @good = (
    [ 'data',            'data' ],
    [ 'log',             'log' ],
    [ 'cleanup',         'cleanup' ],
    [ 'second',          'second' ],
    [ 'clusters',        'clusters' ],
    [ 'commands',        'commands' ],
    [ 'audit',           'audit' ],
    [ 'data/18230',      'data-task',     'data',     '',      18230 ],
    [ 'data/1/cause',    'data-cause',    'data',     '',      1 ],
    [ 'data/7/second',   'data-second',   'data',     '',      7 ],
    [ 'second/8',        'second-backup', 'second',   '',      8 ],
    [ 'log/9',           'log-backup',    'log',      '',      9 ],
    [ 'cleanup/10',      'cleanup-task',  'cleanup',  '',      10 ],
    [ 'clusters/11',     'cluster',       'clusters', '',      11 ],
    [ 'commands/12',     'command',       'commands', '',      12 ],
    [ 'log/9/start',     'action',        'log',      'start', 9 ],
    [ 'log/9/stop',      'action',        'log',      'stop',  9 ],
    [ 'log/9/restart',   'action',        'log',      'restart', 9 ],
    [ 'log/9/acknowledge',     'action',  'log',      'acknowledge', 9 ],
    [ 'data/9/acknowledge',    'action',  'data',     'acknowledge', 9 ],
    [ 'cleanup/9/acknowledge', 'action',  'cleanup',  'acknowledge', 9 ],
    [ 'second/9/acknowledge',  'action',  'second',   'acknowledge', 9 ],
    [ 'commands/9/cancel',     'action',  'commands', 'cancel', 9 ],
    [ 'data/9/cancel',         'action',  'data',     'cancel', 9 ],
    [ 'cleanup/9/cancel',      'action',  'cleanup',  'cancel', 9 ],
    [ 'clusters/9/backup',     'action',  'clusters', 'backup', 9 ],
    [ 'data/9007199254740991', 'data-task', 'data',   '', 9007199254740991 ],
);

for my $case (@good) {
    my ($path, @want) = @$case;
    push @want, '' while @want < 4;
    for my $format (qw(xml html)) {
        my $suffix = $format eq 'xml' ? '.xml' : '';
        my $answer = $t->get("/backup/$path$suffix", user => 'anna');
        my $params = $t->params($answer);
        if ($format eq 'html') {
            my %shown = $answer->{body} =~ m{<i>(BT_[A-Z]+)=(.*?)</i>}gs;
            $params = \%shown;
        }
        is_deeply([ $answer->{status}, @$params{qw(BT_VIEW BT_KIND BT_ACTION
            BT_ID BT_FORMAT BT_METHOD)} ], [ 200, @want, $format, 'GET' ],
            "$path as $format");
    }
}

my $answer = $t->get('/backup/data.xml', user => 'anna');
my $params = $t->params($answer);
delete $params->{HTTP_HOST};    # nginx 1.29 adds it by itself
is_deeply([ sort keys %$params ], [ sort qw(BT_METHOD BT_VIEW BT_KIND
    BT_FORMAT BT_ACTION BT_ID BT_QUERY BT_FROM BT_TO BT_TZ BT_RANGE_MAX BT_USER
    BT_ROLES BT_SCOPE BT_CSRF BT_CLIENT BT_REFUSED BT_RENDERED BT_REQUEST_ID
    BT_BASE BT_ORIGIN BT_PAGE BT_IF_NONE_MATCH BT_IF_MODIFIED_SINCE CONTENT_TYPE
    CONTENT_LENGTH STDIN) ], 'the worker gets these parameters and no other');
is($params->{BT_CLIENT}, '127.0.0.1', 'client address');
like($params->{BT_REQUEST_ID}, qr/^[0-9a-f]{32}$/, 'request id');
is($params->{BT_BASE}, '/backup/', 'public base');

# None of these is an address of ours, whatever nginx makes of it.
my @bad = qw(
    nothing data/ data/0 data/01 data/-1 data/+1 data/1x data/1.5
    data/9007199254740992 data/99999999999999999999 data/1/ data/1/nothing
    data/1/start data/1/cause/1 log/1/cause log/stop clusters/1/cancel log//1
    data. data.xml. data.XML data.xml.xml data.CSV
    data/1.csv health.csv DATA data;x=1 data/1;x
    data%20 data%2fx/.. ./data data/./1 data/x/../1 data/1%2fcause data%2F1
    %64ata data%2exml data%00 data/%31 .xml .. x/../data //data data//1
    data%3Frange=7d data%5c1 data%c0%af1 data%ff static health/ health/1
    health/report/ health/Report health/1/report reports/report health.csv.xml
    feed.xsd.xml feed.rnc feed.xsd/ feed data/feed.xsd
);

for my $path (@bad) {
    my $answer = $t->get("/backup/$path", user => 'anna');
    next if like($answer->{status}, qr/^40[04]$/, "refused: $path")
        && $answer->{status} == 400;
    is($t->error_fields($answer)->{code}, 'NOT_FOUND', "document: $path")
        if $answer->{status} == 404 && $path ne '..';
}

is($t->get('//backup/data', user => 'anna')->{status}, 404,
    'slashes before the location');
is($t->get('/%62ackup/data', user => 'anna')->{status}, 404,
    'an encoded location');
is($t->get('/backup/data#x', user => 'anna')->{status}, 404, 'a fragment');

# Strangers learn nothing: one answer for every path.
for my $path (qw(data nothing data/01 data;x log/1/stop .xml commands)) {
    is($t->get("/backup/$path?bad=1")->{status}, 401, "stranger: $path");
}

# The root leads to the first tab.
$answer = $t->get('/backup/', user => 'anna');
is($answer->{status}, 302, 'root');
is($answer->{headers}{location}, '/backup/data', 'root leads to data');
$answer = $t->get('/backup/?lang=zh', user => 'anna');
is($answer->{headers}{location}, '/backup/data?lang=zh', 'with its parameters');
is($t->get('/backup/')->{status}, 401, 'root of a stranger');
is($t->get('/backup', user => 'anna')->{headers}{location}, '/backup/',
    'without the slash');

# Without identity.
$answer = $t->get('/backup/static/page.css');
is($answer->{body}, 'p { color: red }', 'static files are served by nginx');
$t->write_file('assets/feed.xsd', '<schema/>');
for my $user (qw(vera olga axel fred)) {
    my $schema = $t->get('/backup/feed.xsd', user => $user);
    is($schema->{body}, '<schema/>', "the schema for $user");
    is($t->get('/backup/feed.rng', user => $user)->{status}, 404,
        'and none without a location');
}
is($t->get('/backup/feed.xsd')->{status}, 401, 'the schema: nobody');
is($t->get('/backup/feed.xsd', user => 'nora')->{status}, 403,
    'the schema: no role');
is($t->get('/backup/feed.xsd?tz=UTC', user => 'fred')->{status}, 400,
    'the schema takes no parameter');
$answer = $t->get('/backup/feed.xsd?tz=UTC', user => 'fred');
like($answer->{headers}{'content-type'}, qr{^application/xml},
    'errors of a schema are plain');
is($t->get('/backup/static/none.css')->{status}, 404, 'static file missing');
is($t->get('/backup/static/%2e%2e/echo.xsl')->{status}, 401,
    'no way out of the static files');
$answer = $t->get('/backup/health');
is($answer->{status}, 200, 'health of a stranger');
like($answer->{body}, qr{BT_VIEW=health}, 'health goes to the worker');
like($answer->{body}, qr{BT_USER=<}, 'without a user');
is($t->get('/backup/health', user => 'olga')->{status}, 200,
    'health of a user');

# Methods.
for my $method (qw(PUT DELETE PATCH OPTIONS PROPFIND BREW)) {
    my $answer = $t->request(method => $method, path => '/backup/data.xml',
        user => 'anna');
    is($answer->{status}, 405, "$method");
    is($answer->{headers}{allow}, 'GET, HEAD', "$method: Allow");
    is($t->error_fields($answer)->{code}, 'METHOD_NOT_ALLOWED', 'its code');
}
is($t->request(method => 'POST', path => '/backup/data', user => 'anna',
    body => 'a=b')->{status}, 405, 'POST to a list');
$answer = $t->request(method => 'PUT', path => '/backup/log/1/stop',
    user => 'anna');
is($answer->{headers}{allow}, 'GET, HEAD, POST', 'Allow of an act');
is($t->get('/backup/health?probe=ready')->{status}, 200, 'readiness');
like($t->get('/backup/health?probe=live')->{body}, qr{BT_QUERY=probe=live},
    'liveness');
is($t->get("/backup/health?$_")->{status}, 400, "health?$_")
    for 'x=1', 'probe=', 'probe=LIVE', 'probe=live&probe=live', 'probe%3Dlive';
is($t->request(method => 'DELETE', path => '/backup/health')->{status}, 405,
    'health is only read');
is($t->request(method => 'DELETE', path => '/backup/data')->{status}, 401,
    'strangers learn no methods');

my $head = $t->head('/backup/data', user => 'anna');
is($head->{status}, 200, 'HEAD');
is($t->head('/backup/data?bad=1', user => 'anna')->{status}, 400,
    'HEAD of a refused request');
is($t->head('/backup/data.xml?bad=1', user => 'anna')->{body}, '',
    'HEAD has no body');

$t->end;

# Without a location for them static files must not reach the worker; a
# location with a space; addresses that nginx itself rewrote.
$t = BackupTasks::Module->new(server => <<'CONF');
        rewrite ^/ops/(.*)$ /backup/$1 last;
        location "/our tasks/" {
            auth_basic x;
            auth_basic_user_file %%DIR%%/htpasswd;
            backup_tasks on;
            backup_tasks_user $remote_user;
            backup_tasks_role $roles;
            fastcgi_pass unix:%%DIR%%/worker.sock;
            include %%ROOT%%/conf/backup_tasks_fastcgi.conf;
        }
CONF
$answer = $t->get('/backup/static/page.css', user => 'anna');
is($answer->{status}, 404, 'no location for this file files');
like($t->error_fields($answer)->{text}, qr/no location for this file/, 'says so');
is($t->params($t->get('/our%20tasks/log.xml', user => 'anna'))->{BT_BASE},
    '/our%20tasks/', 'a location with a space');
is($t->get('/our%20tasks/', user => 'anna')->{headers}{location},
    '/our%20tasks/data', 'its root');
is($t->get('/our%20task%73/log', user => 'anna')->{status}, 404,
    'more encoded than needed');
is($t->params($t->get('/ops/log/1.xml', user => 'anna'))->{BT_ID}, 1,
    'a rewritten address');

$t->done;
