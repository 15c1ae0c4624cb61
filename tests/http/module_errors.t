#!/usr/bin/perl
# module_errors.t: nginx's own errors as <error> documents, in both faces.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks::Module;
use IO::Socket::UNIX;
use Test::More;

# What nginx says => status, code, Retry-After.
my %become = (
    400 => [ 400, 'BAD_REQUEST' ],        401 => [ 401, 'UNAUTHORIZED' ],
    403 => [ 403, 'FORBIDDEN' ],          404 => [ 404, 'NOT_FOUND' ],
    405 => [ 405, 'METHOD_NOT_ALLOWED' ],
    413 => [ 413, 'TOO_LARGE' ],          414 => [ 400, 'BAD_REQUEST' ],
    429 => [ 429, 'TOO_MANY_REQUESTS', 5 ],
    494 => [ 400, 'BAD_REQUEST' ],        495 => [ 400, 'BAD_REQUEST' ],
    496 => [ 400, 'BAD_REQUEST' ],        497 => [ 400, 'BAD_REQUEST' ],
    500 => [ 500, 'INTERNAL' ],           501 => [ 500, 'INTERNAL' ],
    502 => [ 503, 'UNAVAILABLE', 5 ],     503 => [ 503, 'UNAVAILABLE', 5 ],
    504 => [ 503, 'UNAVAILABLE', 5 ],     507 => [ 500, 'INTERNAL' ],
);
my @codes = sort { $a <=> $b } keys %become;

my $nested = join '', map { my $code = $_; map {
    "location = /backup/err/$code$_ { return $code; }\n" } '', '.xml' } @codes;

my $t = BackupTasks::Module->new(
    errors => "error_page @codes \@backup_tasks_error;",
    http => 'limit_req_zone $server_port zone=one:32k rate=1r/m;',
    nested => <<"CONF");
            $nested
            location = /backup/denied.xml { deny all; }
            location = /backup/limited.xml {
                backup_tasks off;
                limit_req zone=one;
                limit_req_status 429;
                fastcgi_pass unix:%%DIR%%/worker.sock;
            }
            location /backup/files/ {
                backup_tasks off;
                auth_basic off;
                alias %%DIR%%/files/;
                types { text/xml html; }
            }
            location = /backup/silent/data.xml {
                backup_tasks off;
                auth_basic off;
                fastcgi_read_timeout 100ms;
                fastcgi_pass unix:%%DIR%%/silent.sock;
            }
            location = /backup/closing/data.xml {
                backup_tasks off;
                auth_basic off;
                fastcgi_pass unix:%%DIR%%/closing.sock;
            }
CONF

for my $code (@codes) {
    my ($status, $name, $retry) = @{ $become{$code} };
    for my $suffix ('', '.xml') {
        my $answer = $t->get("/backup/err/$code$suffix", user => 'olga');
        my $field = $t->error_fields($answer);
        is($answer->{status}, $status, "$code$suffix becomes $status");
        is_deeply([ @$field{qw(status code)} ], [ $status, $name ],
            'so says the document');
        like($answer->{headers}{'content-type'}, $suffix
            ? qr{^application/xml; charset=utf-8$} : qr{^text/html}, 'face');
        is($answer->{headers}{'cache-control'}, 'no-store', 'not stored');
        is($answer->{headers}{'retry-after'}, $retry, 'Retry-After');
        is($field->{'retry-after'}, $retry, 'in the document, too');
        like($field->{'request-id'}, qr/^\w{32}$/, 'request id');
        is($t->xmllint($answer->{body}), '', 'well-formed') if $suffix;
        is($t->sheet_params($answer)->{base}, '/backup/', 'base') if !$suffix;
    }
}
is($t->get('/backup/err/405', user => 'olga')->{headers}{allow}, 'GET, HEAD',
    '405 has Allow');

# The document, whole.
my $answer = $t->get('/backup/data/x.xml', user => 'olga');
like($answer->{body}, qr{^<\?xml\ version="1\.0"\ encoding="UTF-8"\?>\n
    <error\ xmlns="urn:nginx-backup-tasks:1"\ version="1\.0"
    \ generated="\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z">
    <query\ tz="UTC"></query><status>404</status><code>NOT_FOUND</code>
    <text>[^<]+</text><request-id>[0-9a-f]{32}</request-id></error>\n$}x,
    'a document');
is($answer->{headers}{'content-length'}, length $answer->{body}, 'its length');
like($t->get('/backup/log/1.xml?size=1', user => 'olga')->{body},
    qr{<query view="log-backup" tz="UTC"></query>}, 'names the view');

# From other modules.
is($t->error_fields($t->get('/backup/denied.xml', user => 'olga'))->{code},
    'FORBIDDEN', 'deny');
$t->get('/backup/limited.xml', user => 'olga');
is($t->get('/backup/limited.xml', user => 'olga')->{status}, 429, 'limit_req');
$answer = $t->request(method => 'POST', path => '/backup/log/1/stop',
    user => 'olga', headers => [ 'Content-Length' => 20000 ]);
is($answer->{status}, 413, 'a body that is too large');
is($t->sheet_params($answer)->{base}, '/backup/', 'its page knows the base');
$answer = $t->head('/backup/data.xml');
is("$answer->{status}$answer->{body}", '401', 'HEAD: no body');
is($answer->{headers}{'www-authenticate'}, 'Basic realm="Backup Tasks"',
    'challenge kept');

# A page that the sheet cannot render.
mkdir $t->dir . '/files';
$t->write_file('files/broken.html', "<error>\x01</eror>");
$answer = $t->get('/backup/files/broken.html');
is($answer->{status}, 500, 'not well-formed');
is($t->error_fields($answer)->{code}, 'INTERNAL', 'a page of its own');

# A worker that does not answer, that hangs up, that is not there.
my $silent = IO::Socket::UNIX->new(Local => $t->dir . '/silent.sock',
    Listen => 5) or die;
is($t->get('/backup/silent/data.xml')->{status}, 503, 'no answer in time');
my $closing = IO::Socket::UNIX->new(Local => $t->dir . '/closing.sock',
    Listen => 5) or die;
my $call = $t->open_get('/backup/closing/data.xml');
$closing->accept->close;
$answer = $t->finish($call);
is($answer->{status}, 503, 'hung up');
is($t->error_fields($answer)->{code}, 'UNAVAILABLE', 'code');

$t->stop_echo;
for my $path (qw(/backup/data /backup/data.xml /backup/health)) {
    $answer = $t->get($path, user => 'olga');
    is($answer->{status}, 503, "no worker: $path");
    is($answer->{headers}{'retry-after'}, 5, 'Retry-After');
    is($t->error_fields($answer)->{code}, 'UNAVAILABLE', 'code');
}
is($t->sheet_params($t->get('/backup/data?lang=zh', user => 'olga'))->{user},
    'olga', 'the page knows the reader');
like($t->log('who'), qr/^olga\|data\|503$/m, 'and so does the log');

# Refusals do not cost the connection.
my $auth = "\r\nAuthorization: Basic b2xnYTpvbGdh";
my @requests = map { "GET /backup/$_ HTTP/1.1$auth" } qw(data?x=1 data.xml?x=1
    nothing nothing.xml audit/x data.xml health/);
is_deeply([ $t->statuses_on_one_connection(@requests,
    "PUT /backup/data HTTP/1.1$auth", "GET /backup/data HTTP/1.1",
    $requests[0]) ], [ 400, 400, 404, 404, 404, 503, 404, 405, 401, 400 ],
    'one connection');
$t->end;

# A location of its own, reached by a path; the wrong way; and directly.
$t = BackupTasks::Module->new(
    errors => 'error_page 404 502 /failed;',
    server => <<'CONF',
        location = /failed { backup_tasks_error; }
        location = /hidden.xml { error_page 404 = /failed; return 404; }
CONF
);
is($t->get('/backup/data.xml')->{status}, 401, 'refused by auth_basic');
$t->stop_echo;
$answer = $t->get('/backup/data.xml', user => 'olga');
is($answer->{status}, 503, 'by a path');
like($answer->{headers}{'content-type'}, qr{^application/xml}, 'as XML');
like($t->get('/backup/data', user => 'olga')->{headers}{'content-type'},
    qr{^text/xml}, 'as a page, here without a sheet');
is($t->get('/hidden.xml')->{status}, 500, 'with "=" the status is hidden');
like($t->log('error'), qr/"backup_tasks_error" needs an "error_page" without/,
    'the log says so');
is($t->get('/failed')->{status}, 404, 'nothing to see there');
$t->done;
