#!/usr/bin/perl
# worker_requests.t: the worker checks again what nginx hands over, and fails closed.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Records;
use BackupTasks::Worker;
use BackupTasks::Xml qw(xml_parse);
use Test::More;

my $t = BackupTasks->new->start(qw(db worker));
my $worker = BackupTasks::Worker->new($t);
my $records = BackupTasks::Records->new($t);
my $cluster = $records->add_cluster(name => 'pay');
my $tenant = $records->add_tenant(cluster_id => $cluster, name => 'acct');
my $now = $t->value('SELECT UTC_TIMESTAMP()');
my $id = $records->add(data => cluster_id => $cluster, tenant_id => $tenant,
    start_time => $now, status => 'FAILED', mode => 'FULL',
    method => 'PHYSICAL');

sub refused {
    my ($name, $status, $code, $answer) = @_;
    is($answer->{status}, $status, "$name: $status");
    my $root = xml_parse($answer->{body});
    is($root->{name}, 'error', "$name: an error document");
    is($root->text('code'), $code, "$name: $code");
    is($root->text('status'), $status, "$name: the status again");
    ok(length $root->text('text'), "$name: says what to do");
    like($answer->{headers}{'cache-control'}, qr/no-store/,
        "$name: not cached");
    return $root;
}

# Nothing is shown to nobody.
refused($_->[0], 500, 'INTERNAL', $worker->ask('data', '', %{ $_->[1] }))
    for ['no user', { user => undef }], ['empty user', { user => '' }],
        ['no base', { base => undef }],
        ['a user that is not UTF-8', { user => "\xff" }],
        ['a name of 129 characters', { user => 'x' x 129 }];
refused("view $_", 500, 'INTERNAL', $worker->ask($_, ''))
    for '', 'none', 'static', 'root', 'nonsense', 'data-task';
refused('an id on a list', 500, 'INTERNAL', $worker->ask('data', '', id => 7));
refused("id $_", 500, 'INTERNAL',
    $worker->ask_one('data-task', 'data', $_)) for '0', '-1', '7x',
    '9007199254740993';

# Roles.
my $root = refused('feed wants HTML', 403, 'FORBIDDEN',
    $worker->ask('data', '', roles => 'feed', format => 'html'));
is($root->text('required-role'), 'viewer', 'the missing role is named');
is($worker->ask('data', '', roles => 'feed')->{status}, 200, 'feed may XML');
refused('a viewer wants the audit', 403, 'FORBIDDEN',
    $worker->ask('audit', '', roles => 'viewer'));
is($worker->ask('audit', '', roles => 'auditor')->{status}, 200,
    'an auditor may');
refused('no role at all', 403, 'FORBIDDEN',
    $worker->ask('data', '', roles => ''));
refused('an unknown role', 403, 'FORBIDDEN',
    $worker->ask('data', '', roles => 'root'));

# Parameters go through the same code as in nginx.
for my $case (['status=NO', 'status'], ['size=0', 'size'], ['size=501', 'size'],
    ['range=2h', 'range'], ['after=x', 'after'], ['cluster=%FF', 'cluster'],
    ['mode=FULL&mode=FULL', 'mode'])
{
    $root = refused($case->[0], 400, 'BAD_PARAMETER',
        $worker->ask('data', $case->[0], format => 'html'));
    is($root->text('parameter'), $case->[1], "$case->[0]: names it");
}
refused('a window that ends before it begins', 400, 'BAD_PARAMETER',
    $worker->ask('data', '', from => 2, to => 1));

# nginx's window is the one that holds.
my $micro = $t->value("SELECT TIMESTAMPDIFF(MICROSECOND, '1970-01-01', '$now')");
is(scalar(() = $worker->root('data', 'range=1h', from => $micro,
    to => $micro + 1)->find('tasks/task')), 1, 'a row at from is in');
is(scalar(() = $worker->root('data', 'range=1h', from => $micro - 1,
    to => $micro)->find('tasks/task')), 0, 'a row at to is out');

# Records that are not there.
refused("$_->[0] $_->[2]", 404, 'NOT_FOUND',
    $worker->ask_one(@$_)) for ['data-task', 'data', $id + 100],
    ['log-backup', 'log', $id], ['cleanup-task', 'cleanup', $id],
    ['second-backup', 'second', $id], ['data-cause', 'data', 99999],
    ['data-second', 'data', 99999], ['cluster', 'clusters', 99999],
    ['command', 'commands', 1];
refused('the form of a record that is not there', 404, 'NOT_FOUND',
    $worker->ask('action', '', kind => 'log', id => 99, action => 'stop'));

# An error's page carries on how the reader wants to see things.
my $lost = $worker->ask_one('data-task', 'data', 99999, format => 'html',
    query => 'tz=Asia/Shanghai&lang=zh&layout=frame', tz => 'Asia/Shanghai');
like($lost->{body}, qr{<query\ view="data-task"\ tz="Asia/Shanghai">\s*
    <tz>Asia/Shanghai</tz>\s*<lang>zh</lang>\s*<layout>frame</layout>\s*
    </query>}x, 'with zone, language and layout');
like($worker->ask('data', 'range=7d&size=0&lang=zh', format => 'html')->{body},
    qr{<query view="data" tz="UTC">\s*<lang>zh</lang>\s*</query>},
    'and with nothing else');

# Formats.
my $html = $worker->ask('data', '', format => 'html');
is($html->{headers}{'content-type'}, 'text/xml', 'HTML: for the sheet');
like($html->{headers}{'cache-control'}, qr/no-cache/, 'revalidated');
my $xml = $worker->ask('data', '');
is($xml->{headers}{'content-type'}, 'application/xml; charset=utf-8',
    'XML: as it is');
my $form = $worker->ask('action', '', kind => 'data', id => $id,
    action => 'acknowledge', format => 'html');
is($form->{status}, 200, 'a form');
like($form->{headers}{'cache-control'}, qr/no-store/, 'forms are not stored');
unlike($form->{body}, qr/c0ffee/, 'no token in the document');

# Health needs nobody.
my $health = $worker->ask('health', '', user => undef, roles => undef,
    scope => undef);
is($health->{status}, 200, 'health');
is($health->{body}, "ok\n", 'one word');

# The log: refusals with their request id, nothing forged.
$worker->ask('data', 'size=0', request_id => "evil\nline");
my $log = $t->log('worker');
like($log, qr/request=0123456789abcdef0123456789abcdef user=li\.wei/,
    'a line with the request id');
like($log, qr/request=evil\\x0aline/, 'a line feed is escaped');
unlike($log, qr/c0ffee/, 'no token in the log');

$t->done;
