#!/usr/bin/perl
# causes.t: every code that docs/causes.md lists has meaning and remedy in both languages.

use strict;
use warnings;

use Encode qw(decode);
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
my $now = $t->value('SELECT UTC_TIMESTAMP()');
my $cluster = $records->add_cluster(name => 'pay', version => '4.2.1.0');
my $tenant = $records->add_tenant(cluster_id => $cluster, name => 'acct');

sub cause_of {
    my ($code) = @_;
    my $id = $records->add(data => cluster_id => $cluster,
        tenant_id => $tenant, start_time => $now, status => 'FAILED',
        cause => { code => $code, text => 'what it said' });
    return xml_parse($worker->ask_one('data-cause', 'data', $id)->{body});
}

# element/language => text, of what the catalogue says.
sub texts_of {
    my ($root) = @_;
    return map { my $name = $_; map { ("$name/" . $_->attr('xml:lang')
        => $_->text) } $root->find($name) } qw(meaning remedy);
}

my $doc = decode('UTF-8', $t->read_file($t->root . '/docs/causes.md'));
my @listed = $doc =~ /^\| `([^`]+)` \|/mg;
my $source = $t->read_file($t->root . '/fcgi_backend/cause.c');
is_deeply([$source =~ /^    \{ "([^"]+)",$/mg], \@listed,
    'the list is that of the catalogue');

for my $code (@listed) {
    my $root = cause_of($code);
    my %text = texts_of($root);
    is_deeply([sort keys %text], [qw(meaning/en meaning/zh remedy/en remedy/zh)],
        "$code: both languages") or next;
    for my $name (sort keys %text) {
        like($text{$name}, $name =~ /en$/ ? qr/^[A-Z][\x20-\x7e]+\.$/
            : qr/^[^\n]*\p{Han}[^\n]*\x{3002}$/, "$code: $name is a sentence");
    }
    my $english = $text{'meaning/en'};
    like($doc, qr/^\| `\Q$code\E` \| [^|]+ \| \Q$english\E \|$/m,
        "$code: the document has its meaning");
}

# With and without the sign it is the same code.
my %listed = map { $_ => 1 } @listed;
for my $code (qw(1227 1235 4007 4018 4072 4114 4179 5036), 9022 .. 9024,
    9026 .. 9030, 9034, 9036, 9037, 9040, 9041, 9044, 9047, 9049, 9050, 9053,
    9059, 9070, 9071, 9077, 9079, 9082, 9087, 9091, 9092, 9138)
{
    ok($listed{"-$code"}, "$code is listed");
    is_deeply({ texts_of(cause_of($code)) }, { texts_of(cause_of("-$code")) },
        "$code: the sign does not matter");
}
for my $code ('-1', '-90400', 'canceled', '-', 'x' x 64) {
    is_deeply({ texts_of(cause_of($code)) }, {}, "$code: not in the catalogue");
}

$t->done;
