#!/usr/bin/perl
# schemas.t: the schemas describe everything, agree with each other, and stay open to old documents.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use Test::More;

my $t = BackupTasks->new(sample => 120)->start;
my $root = $t->root;
my $schemas = "$root/schema/feed";
my $xsd = $t->read_file("$schemas/feed.xsd");

# --- one source --------------------------------------------------------------

my ($status, $made) = $t->run_program('xsltproc', '--nonet',
    "$schemas/rng.xsl", "$schemas/feed.xsd");
is($status, 0, 'rng.xsl') or diag($made);
ok($made eq $t->read_file("$schemas/feed.rng"),
    'feed.rng is made from feed.xsd: xsltproc rng.xsl feed.xsd > feed.rng');

# --- everything is described -------------------------------------------------

my $mute = '//*[(self::xs:element or self::xs:attribute or self::xs:enumeration'
    . ' or (parent::xs:schema and not(self::xs:annotation)))'
    . ' and not(xs:annotation/xs:documentation[normalize-space()])'
    . ' and not(self::xs:enumeration/@value = "all")]';
my $find = <<"SHEET";
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:xs="http://www.w3.org/2001/XMLSchema"><xsl:output method="text"/>
<xsl:template match="/"><xsl:for-each select='$mute'><xsl:value-of
 select="concat(local-name(), ' ', \@name, \@value, '&#10;')"/></xsl:for-each>
</xsl:template></xsl:stylesheet>
SHEET
$t->_write($t->dir . '/tmp/mute.xsl', $find);
is(($t->run_program('xsltproc', '--nonet', $t->dir . '/tmp/mute.xsl',
    "$schemas/feed.xsd"))[1], '', 'every element, attribute and code is described');

# The codes are those of the contract.
my %type = (data => 'DataStatus', log => 'LogStatus',
    cleanup => 'CleanupStatus', second => 'SecondStatus',
    clusters => 'ClusterStatus', commands => 'CommandState');
my ($section) = $t->read_file("$root/docs/contract.md")
    =~ /^### Status codes of the records\n(.*?)^#/ms;
for my $view (sort keys %type) {
    my ($row) = $section =~ /^\| $view \|(.*)$/m;
    my ($union) = $xsd =~ m{<xs:simpleType name="$type{$view}">(.*?)</xs:union>}s;
    is_deeply([ $union =~ /<xs:enumeration value="(\w+)"/g ],
        [ $row =~ /`(\w+)`/g ], "codes of $view");
}
my ($errors) = $xsd =~ m{<xs:simpleType name="ErrorCode">(.*?)</xs:union>}s;
my ($answers) = $t->read_file("$root/docs/contract.md")
    =~ /^### Answers\n(.*?)^#/ms;
is_deeply([ sort $errors =~ /<xs:enumeration value="(\w+)"/g ],
    [ sort $answers =~ /^\| \d+ \| `(\w+)`/mg ], 'codes of errors');

# --- both refuse the same ----------------------------------------------------

# Acts that are allowed, and a command on its way, on whatever can have one.
$t->sql('INSERT INTO cluster_actions SELECT c.id, a.action, 1 FROM clusters c'
    . " JOIN (SELECT 'cancel' AS action UNION SELECT 'backup') a");
my $command = $t->value('SELECT MAX(id) FROM commands');
$t->sql("UPDATE commands SET state = 'RUNNING', started_at = UTC_TIMESTAMP(6),"
    . ' ended_at = NULL, result = NULL, progress_at = UTC_TIMESTAMP(6), progress'
    . " = 'STOPPING for 95 s', mode = 'FULL' WHERE id = $command");
$t->sql("UPDATE $_ SET last_command_id = $command")
    for qw(data_tasks cleanup_tasks log_backups tenants);

# One document of each kind.
my %id = map { my ($view, $table) = @$_; ($view => $t->value(
    "SELECT MAX(id) FROM $table")) } [ data => 'data_tasks' ],
    [ log => 'log_backups' ], [ cleanup => 'cleanup_tasks' ],
    [ second => 'second_backups' ], [ clusters => 'clusters' ];
my $failed = $t->value("SELECT MAX(id) FROM data_tasks WHERE status = 'FAILED'");
my $stop = $t->value("SELECT MAX(id) FROM log_backups WHERE status ="
    . " 'IN_PROGRESS'");
my ($running, $four, $tenant) = @{ ($t->sql('SELECT d.id, d.cluster_id, n.name'
    . ' FROM data_tasks d JOIN tenants n ON n.id = d.tenant_id JOIN clusters c'
    . " ON c.id = d.cluster_id WHERE d.status = 'IN_PROGRESS'"
    . " AND c.version LIKE '4.%' LIMIT 1"))[0] };
my @paths = ((map { "$_.xml?range=30d&size=20" }
    qw(data log cleanup second commands audit)), 'clusters.xml?size=5',
    (map { "$_/$id{$_}.xml" } sort keys %id), "data/$failed/cause.xml",
    "data/$failed.xml?tz=Asia/Shanghai", "log/$stop/stop.xml",
    "data/$running.xml", "data/$running/cancel.xml", "commands/$command.xml",
    "clusters/$four.xml", "clusters/$four/backup.xml",
    "clusters/$four/backup.xml?tenant-name=$tenant", 'data.xml?status=IN_PROGRESS',
    'data.xml?size=0', 'nothing.xml');
my @documents = map { $t->get("/backup/$_", user => 'operator')->{body} } @paths;

for my $word (qw(<cancel <backup <progress <choices> <cluster-backup>
    mode="INCREMENTAL" <mode>))
{
    ok((grep { index($_, $word) >= 0 } @documents), "one has $word");
}

sub verdict {
    my ($document, $option, $schema) = @_;
    return $t->xmllint($document, $option, "$schemas/$schema") eq '' ? 1 : 0;
}

# Changes that no reader would bear.  Returns undef where there is no place.
my @spoilers = (
    [ 'an unknown element' => sub { s{(<page\b)}{<surprise/>$1} } ],
    [ 'no page' => sub { s{<page\b[^>]*/>}{} } ],
    [ 'no query' => sub { s{<query\b.*?(?:</query>|/>)}{}s } ],
    [ 'an unknown attribute' => sub { s{(<page )}{$1more="1" } } ],
    [ 'another namespace' => sub { s{urn:nginx-backup-tasks:1}{urn:x} } ],
    [ 'no version' => sub { s{ version="1.0"}{} } ],
    [ 'a time without fraction' => sub {
        s{<updated>([^<]*)\.\d{6}Z</updated>}{<updated>$1Z</updated>} } ],
    [ 'a time that is none' => sub {
        s{(<updated>\d{4})-\d\d}{$1-13} } ],
    [ 'a local time elsewhere' => sub { s{ generated="[^"]*"}{ generated="now"} } ],
    [ 'no id' => sub { s{<id>\d+</id>}{} } ],
    [ 'id 0' => sub { s{<id>\d+</id>}{<id>0</id>} } ],
    [ 'an empty element' => sub { s{<source-id>[^<]*<}{<source-id><} } ],
    [ 'a negative count' => sub { s{<page count="\d+"}{<page count="-1"} } ],
    [ 'two of one' => sub { s{(<updated>[^<]*</updated>)}{$1$1} } ],
    [ 'another order' => sub {
        s{(<status>[^<]*</status>)(<raw-status>[^<]*</raw-status>)}{$2$1} } ],
    [ 'text between' => sub { s{(<page\b)}{text$1} } ],
    [ 'a status in small letters' => sub {
        s{<status>([A-Z_]+)</status>}{'<status>' . lc($1) . '</status>'}e } ],
    [ 'a status of an error' => sub { s{<status>4\d\d<}{<status>40<} } ],
    [ 'no language' => sub { s{<meaning xml:lang="en">}{<meaning lang="en">} } ],
);

my %applied;
for my $spoiler (@spoilers) {
    my ($name, $code) = @$spoiler;
    my $tried = 0;
    for my $i (0 .. $#documents) {
        local $_ = $documents[$i];
        $code->() or next;
        last if ++$tried > 4;
        $applied{$name}++;
        my @verdicts = (verdict($_, '--schema', 'feed.xsd'),
            verdict($_, '--relaxng', 'feed.rng'));
        is("@verdicts", '0 0', "$paths[$i]: $name is refused by both");
    }
    ok($applied{$name}, "$name was tried");
}

# What may come with a later version.
for my $i (0 .. $#documents) {
    local $_ = $documents[$i];
    s{<status>[A-Z_]+</status>}{<status>SLEEPING_2</status>} or next;
    is(join(' ', verdict($_, '--schema', 'feed.xsd'),
        verdict($_, '--relaxng', 'feed.rng')), '1 1',
        "$paths[$i]: a new code is valid");
}

# --- documents of released versions ------------------------------------------

my @old = glob "$root/tests/feed/fixtures/1.0/*.xml";
cmp_ok(scalar @old, '>=', 16, 'documents of 1.0 are kept');
my %roots = map { $_ => 1 } $xsd =~ /^  <xs:element name="([\w-]+)"/mg;
for my $path (@old) {
    my $document = $t->read_file($path);
    my ($name) = $document =~ /<([\w-]+) xmlns=/;
    delete $roots{$name};
    is(join(' ', verdict($document, '--schema', 'feed.xsd'),
        verdict($document, '--relaxng', 'feed.rng')), '1 1', "$path is valid");
}
is(join(' ', sort keys %roots), '', 'one of each root');

$t->done;
