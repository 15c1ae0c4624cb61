#!/usr/bin/perl
# old_layout.t: a document in a layout of the reader's own, at the reader's own address.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks::Http;
use BackupTasks::Kill qw(kill_library);
use BackupTasks::Module;
use BackupTasks::Records;
use POSIX ();
use Test::More;

my $root = "$FindBin::Bin/../..";

sub slurp {
    my ($file) = @_;
    open my $in, '<', "$root/$file" or die "$file: $!";
    return do { local $/; <$in> };
}

# --- the example, as docs/feeds.md prints it ---------------------------------

my ($printed) = slurp('docs/feeds.md')
    =~ /^```nginx\n(location = \/reports\/backup\.xml .*?)^```$/ms;
my $file = slurp('conf/example-old-layout.conf') =~ s/^#.*\n|^\n//mgr;
is($printed =~ s/^\n//mgr, $file, 'docs/feeds.md shows the file');

# At another address, of another document, by another sheet.
sub variant {
    my ($address, $document, $sheet) = @_;
    my $text = $printed =~ s{/reports/backup\.xml}{$address}r;
    $text =~ s{(backup_tasks_document) .*;}{$1 $document;};
    $text =~ s{^.*xslt_stylesheet.*\n}{$sheet ? "xslt_stylesheet $sheet;\n"
        : ''}me if @_ > 2;
    return $text;
}
my $share = '/usr/local/share/backup-tasks/conf';
my $all = $printed
    . variant('/reports/backup.txt', 'data.xml?range=24h&size=500',
        "$share/old-layout-text.xsl")
    . variant('/cgi-bin/report', 'data.xml?range=30d&size=3&status=FAILED')
    . variant('/reports/fixed', 'data.xml?size=9&range=custom&from=2026-01-01'
        . '&to=2026-01-02')
    . variant('/reports/ours', 'data.xml?size=2', '')
    . variant('/reports/table', 'data.csv?range=24h ignore_args', '')
    . variant('/reports/clusters', 'clusters.xml?size=10', '')
    . variant('/reports/health', 'health.xml', '')
    . variant('/reports/large.xml', 'data.xml?range=7d&size=10000')
    . variant('/reports/commands', 'commands.xml?size=1', '');

my $t;
$t = BackupTasks->new(sample => 200, edit => sub {
    my $dir = $t->dir;
    s{^(\s+location = / \{)}{$all$1}m or die 'no place in the configuration';
    s{/etc/nginx/backup-tasks\.htpasswd}{$dir/htpasswd}g;
    s{\$backup_tasks_roles_of_user}{\$demo_roles}g;
    s{/usr/local/share/backup-tasks/}{$root/}g;
    s{unix:/run/backup-tasks/}{unix:$dir/}g;
});
$t->start;
my $records = BackupTasks::Records->new($t);
my $latin = $records->add_cluster(name => "Z\x{fc}rich \x{4e2d}");
my $tenant = $records->add_tenant(cluster_id => $latin, name => 'acct');
$records->add(data => cluster_id => $latin, tenant_id => $tenant,
    start_time => $t->value('SELECT UTC_TIMESTAMP(6)'), status => 'FAILED',
    mode => 'FULL');

sub rows { my ($answer) = @_; return scalar(() = $answer->{body} =~ /<ID>/g) }

my $old = $t->get('/reports/backup.xml', user => 'feed');
is($old->{status}, 200, 'the old layout');
is($old->{headers}{'content-type'}, 'text/xml; charset=ISO-8859-1', 'its type');
is($old->{headers}{'content-disposition'}, undef, 'its name is its own');
unlike($old->{headers}{vary} // '', qr{Accept(?!-Enc)}, 'whatever Accept says');
is($old->{headers}{'content-length'}, length $old->{body}, 'its length');
like($old->{body}, qr/^<\?xml version="1\.0" encoding="ISO-8859-1"\?>/,
    'its encoding');
is($t->xmllint($old->{body}), '', 'well-formed');
like($old->{body}, qr{<DB>Z\xfcrich &#20013;/acct</DB>}, 'names');
like($old->{body}, qr{<BEGIN>\d\d/\d\d/\d{4} \d\d:\d\d:\d\d</BEGIN>}, 'times');
my $ours = $t->xml($t->get('/backup/data.xml?range=24h&tz=Europe/Berlin',
    user => 'feed'));
my @tasks = $ours->find('tasks/task');
is(rows($old), scalar @tasks, 'each row');
my ($begun) = grep { $_->find('start-time') } @tasks;
my ($day, $time) = ($begun->find('start-time'))[0]->attr('local')
    =~ /^([\d-]+)T([\d:]{8})/;
my $local = join('/', reverse split /-/, $day) . " $time";
like($old->{body}, qr{<BEGIN>\Q$local\E</BEGIN>}, 'local time');
like($old->{body}, qr/COMPLETE="Y"/, 'all of them');
my $head = $t->head('/reports/backup.xml', user => 'feed');
is("$head->{status} $head->{headers}{'content-length'}",
    "200 $old->{headers}{'content-length'}", 'HEAD');

my $lines = $t->get('/reports/backup.txt', user => 'feed');
is($lines->{headers}{'content-type'}, 'text/plain; charset=UTF-8', 'as text');
utf8::decode(my $text = $lines->{body});
my @lines = split /\r\n/, $text;
is(pop @lines, sprintf('END %08d', scalar @tasks), 'its last line');
is(join(' ', keys %{ { map { (length $_ => 1) } @lines } }), 114,
    'all lines have one length');
is(scalar @lines, scalar @tasks, 'a line for each row');

my $few = $t->get('/cgi-bin/report', user => 'feed');
is(rows($few), 3, 'another document');
like($few->{body}, qr/COMPLETE="N"/, 'which is not all of it');

# Of a window that does not move; a tag may be missing for a moment.
my $tag = $t->wait_until(sub {
    $t->get('/reports/fixed', user => 'feed')->{headers}{etag} });
ok($tag, 'an ETag');
my $same = $t->get('/reports/fixed', user => 'feed',
    headers => [ 'If-None-Match' => $tag ]);
is("$same->{status} $same->{body}", '304 ', 'is good for a 304');
is($same->{headers}{'last-modified'}, undef,
    'a date would not tell one sheet from the next');
isnt($t->get('/backup/data.xml?size=9&range=custom&from=2026-01-01'
    . '&to=2026-01-02', user => 'feed')->{headers}{etag}, $tag,
    'our own layout has another one');

# --- without a sheet ---------------------------------------------------------

my $raw = $t->get('/reports/ours', user => 'feed');
is($raw->{headers}{'content-type'}, 'text/xml', 'our XML');
my $document = $t->xml($raw);
is($document->{name}, 'data-backup-tasks', 'is a document');
like(($document->find('link'))[0]->attr('href'), qr{^/backup/data\.xml\?size=2},
    'its links lead to the pages');
my $table = $t->get('/reports/table?anything=1&%zz', user => 'feed');
is($table->{status}, 200, 'ignore_args');
like($table->{headers}{'content-type'}, qr{^text/csv}, 'a table');
is($table->{headers}{'content-disposition'}, undef, 'without a name');
is($t->get("/reports/$_", user => 'feed')->{status}, 200, $_)
    for qw(clusters health);

# --- errors ------------------------------------------------------------------

sub error {
    my ($path, %o) = @_;
    my $answer = $t->request(path => $path, user => 'feed', %o);
    return join ' ', $answer->{status}, $answer->{body} =~ m{<code>(\w+)</code>},
        $answer->{headers}{'content-type'} =~ s/;.*//r;
}

for my $path ('/reports/backup.xml', '/cgi-bin/report', '/reports/ours') {
    is(error($path, user => undef), '401 UNAUTHORIZED application/xml',
        "$path: nobody");
    is(error($path, user => 'nobody'), '401 UNAUTHORIZED application/xml',
        "$path: a wrong password");
    is(error("$path?range=1h"), '400 BAD_REQUEST application/xml',
        "$path: a parameter");
    is(error($path, method => 'POST', body => ''),
        '405 METHOD_NOT_ALLOWED application/xml', "$path: POST");
    is(error($path, headers => [ Accept => 'image/png' ]) =~ s/ .*//r, 200,
        "$path: whatever Accept says");
    is(error("$path?range=1h", user => undef),
        '401 UNAUTHORIZED application/xml', "$path: 401 before 400");
}
is(error('/reports/commands'), '403 FORBIDDEN application/xml', 'the role');
is(error('/reports/commands', user => 'auditor') =~ s/ .*//r, 200, 'that may');
is(error('/reports/backup.xml/x') =~ s/ .*//r, 404, 'no other address');

# --- a transfer that breaks --------------------------------------------------

# Of more rows than the worker reads at once.
my $count = 5_000;
$records->add_many($count, cluster_id => $latin, tenant_id => $tenant);
sub large { return $t->get('/reports/large.xml', user => 'feed') }
cmp_ok(rows(large()), '>', $count, 'a large one');

my $library = kill_library($t->root, $t->dir);
sub start_worker_that {
    my ($does) = @_;
    $t->stop_worker;
    $t->_spawn(worker => 'env', "LD_PRELOAD=$library", $does,
        'ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0',
        $t->build . '/backup-tasks-worker', '--socket', $t->dir . '/worker.sock',
        '--store', $t->store, '--threads', 1,
        '--log', $t->dir . '/log/worker.log');
    $t->wait_until(sub { -S $t->dir . '/worker.sock' });
    $t->wait_until(sub { $t->get('/backup/health?probe=live')->{status} == 200 });
    return;
}

sub is_no_report {
    my ($answer, $what) = @_;
    unlike($answer->{body}, qr/BACKUP_REPORT/, "$what: no report");
    ok($answer->{status} == 0 || $answer->{status} >= 500, "$what: no 200");
    return;
}

$t->expect_log(qr/worker\.sock/, qr/broken/, qr/reason=/);
start_worker_that('KILL_AT=OR t.id < ');
is_no_report(large(), 'a worker that dies');
waitpid delete $t->{pid}{worker}, 0;
unlink $t->dir . '/worker.sock';
is(error('/reports/large.xml'), '503 UNAVAILABLE application/xml',
    'no worker at all');

start_worker_that('STOP_AT=OR t.id < ');
my $worker = $t->{pid}{worker};
my $call = $t->open_get('/reports/large.xml', user => 'feed');
ok($t->wait_until(sub {
    $t->read_file("/proc/$worker/stat") =~ /\) T / }), 'a worker in the middle');
$t->kill_db;
kill 'CONT', $worker;
is_no_report($t->finish($call), 'a store that dies');
is(error('/reports/backup.xml'), '503 UNAVAILABLE application/xml',
    'a store that is away');
$t->end;

# --- what nginx -t says ------------------------------------------------------

sub place { return "location = /old { $_[0] backup_tasks_user x; return 200; }" }

my %wrong = (
    'backup_tasks_document data;' => qr/"data" is no document .*with its suffix/,
    'backup_tasks_document data.xlm;' => qr/"data\.xlm" is no document/,
    'backup_tasks_document /backup/data.xml;' => qr/is no document/,
    'backup_tasks_document log/1/stop.xml;' => qr/is no document/,
    'backup_tasks_document metrics;' => qr/is no document/,
    'backup_tasks_document feed.xsd;' => qr/is no document/,
    'backup_tasks_document data.xml?size=9&rnge=1h;' =>
        qr/document data\.xml\?size=9&rnge=1h": .*rnge/,
    'backup_tasks_document data.xml?range=custom&size=1;' => qr/from/,
    'backup_tasks_document data.xml;' => qr/needs "size=" from 1 to 10000/,
    'backup_tasks_document data.xml?size=all;' => qr/needs "size="/,
    'backup_tasks_document data.xml?size=10001;' => qr/needs "size="/,
    'backup_tasks_document data.csv?lang=en;' => qr/lang/,
    'backup_tasks_document data.csv ignore;' => qr/invalid parameter "ignore"/,
    'backup_tasks_document data.csv; backup_tasks_document log.csv;' =>
        qr/is duplicate/,
    'backup_tasks_document;' => qr/invalid number of arguments/,
);
for my $directive (sort keys %wrong) {
    my $bad = BackupTasks::Module->new(server => place($directive), start => 0);
    my ($status, $says) = $bad->check_conf;
    isnt($status, 0, "$directive: refused");
    like($says, $wrong{$directive}, 'says why');
    $bad->stop;
}

my $good = 'backup_tasks_document data.csv?range=7d;';
my %other = (
    'location /old { backup_tasks_user x; ' . $good . ' }' =>
        qr/needs an exact location/,
    'location = /old { ' . $good . ' }' => qr/needs "backup_tasks_user"/,
);
for my $server (sort keys %other) {
    my $bad = BackupTasks::Module->new(server => $server, start => 0);
    my ($status, $says) = $bad->check_conf;
    isnt($status, 0, "$server: refused");
    like($says, $other{$server}, 'says why');
    $bad->stop;
}
my $alone = BackupTasks::Module->new(start => 0, http => "server {\n"
    . 'listen unix:%%DIR%%/alone.sock; ' . place($good) . ' }');
like(($alone->check_conf)[1], qr/needs "backup_tasks_public_base"/,
    'a server without pages');
$alone->stop;

# --- among the pages, and beside a public base -------------------------------

my $fcgi = 'fastcgi_pass unix:%%DIR%%/worker.sock;';
$t = BackupTasks::Module->new(
    nested => "location = /backup/old.txt { $good $fcgi }",
    location => 'backup_tasks_public_base https://portal.example/ops/;',
    server => "location = '/old name' { $good $fcgi "
        . 'auth_basic x; auth_basic_user_file %%DIR%%/htpasswd; '
        . 'backup_tasks_user $remote_user; backup_tasks_role feed; '
        . 'backup_tasks_login_url https://portal.example/; '
        . 'backup_tasks_scope core; '
        . 'include %%ROOT%%/conf/backup_tasks_fastcgi.conf; '
        . 'error_page 401 @backup_tasks_error; }');
for my $path ('/backup/old.txt', '/old%20name') {
    # Among the pages the sheet of the pages is inherited.
    my $answer = $t->get($path, user => 'fred');
    my %told = $answer->{body} =~ m{<i>(\w+)=(.*?)</i>}gs;
    my $told = %told ? \%told : $t->params($answer);
    is_deeply([ @$told{qw(BT_VIEW BT_FORMAT BT_RENDERED BT_BASE BT_USER BT_ROLES)} ],
        [ qw(data csv 1 /ops/ fred feed) ], "$path: what the worker is told");
    is($told->{BT_QUERY}, 'range=7d', "$path: the query");
    like($told->{BT_FROM}, qr/^\d+$/, "$path: from now");
    my $nobody = $t->get($path,
        headers => [ Accept => 'text/html', 'Sec-Fetch-Dest' => 'document' ]);
    is("$nobody->{status} $nobody->{headers}{'content-type'}",
        '401 application/xml; charset=utf-8', "$path: no portal");
}
is($t->params($t->get('/old%20name', user => 'fred'))->{BT_SCOPE}, 'core',
    'its own scope');
is($t->params($t->get('/backup/data.xml', user => 'fred'))->{BT_RENDERED}, '',
    'the pages are as they were');
$t->done;
