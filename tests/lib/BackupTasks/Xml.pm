# Xml.pm: a strict reader for the product's documents: elements, attributes, text.

package BackupTasks::Xml;

use strict;
use warnings;

use Encode ();
use Exporter 'import';

our @EXPORT_OK = qw(xml_parse);

my %entity = (lt => '<', gt => '>', amp => '&', quot => '"', apos => "'");
my $name = qr/[A-Za-z_][A-Za-z0-9._-]*/;

# xml_parse($bytes): the root element, or dies with what is wrong and where.
# Refuses what the product must never write: DOCTYPE, processing instructions
# besides the declaration, characters that XML 1.0 forbids, broken UTF-8.
sub xml_parse {
    my ($bytes) = @_;
    my $text = Encode::decode('UTF-8', $bytes, Encode::FB_CROAK);
    die "forbidden character at " . $-[0] . "\n"
        if $text =~ /[^\x09\x0a\x0d\x20-\x{d7ff}\x{e000}-\x{fffd}\x{10000}-\x{10ffff}]/;
    $text =~ s/\r\n?/\n/g;
    my $top = _new('', {});
    my @open = ($top);
    pos($text) = 0;
    $text =~ /\G<\?xml version="1\.0" encoding="(?i:utf-8)"\s*\?>/gc;
    while (pos($text) < length $text) {
        _token(\$text, \@open);
    }
    die "not closed: $open[-1]{name}\n" if @open > 1;
    my @roots = @{ $top->{kids} };
    die "one root expected, " . @roots . " found\n" if @roots != 1;
    die "text outside of the root\n" if $top->{text} =~ /\S/;
    return $roots[0];
}

sub _token {
    my ($text, $open) = @_;
    if ($$text =~ /\G<!--(?:(?!--).)*-->/gcs) {
        return;
    }
    if ($$text =~ m{\G</($name(?::$name)?)\s*>}gc) {
        my $node = pop @$open;
        die "</$1> closes <$node->{name}>\n" if $node->{name} ne $1;
        die "</$1> too much\n" if !@$open;
        return;
    }
    if ($$text =~ /\G<($name(?::$name)?)/gc) {
        my $node = _new($1, _attributes($text));
        push @{ $open->[-1]{kids} }, $node;
        $$text =~ m{\G\s*(/?)>}gc or die "broken tag <$node->{name}\n";
        push @$open, $node if !$1;
        return;
    }
    if ($$text =~ /\G([^<]+)/gc) {
        $open->[-1]{text} .= _decode($1);
        return;
    }
    die "not XML at " . pos($$text) . ": " . substr($$text, pos $$text, 30)
        . "\n";
}

sub _attributes {
    my ($text) = @_;
    my %attr;
    while ($$text =~ /\G\s+($name(?::$name)?)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/gc) {
        die "attribute $1 twice\n" if exists $attr{$1};
        my ($key, $value) = ($1, defined $2 ? $2 : $3);
        $value =~ s/[\t\n]/ /g;
        $attr{$key} = _decode($value);
    }
    return \%attr;
}

sub _decode {
    my ($text) = @_;
    $text =~ s{&(?:#x([0-9A-Fa-f]+)|#([0-9]+)|(\w+))?(;?)}{
        die "broken reference\n" if $4 eq '';
        defined $1 ? chr hex $1 : defined $2 ? chr $2
            : exists $entity{ $3 || '' } ? $entity{$3}
            : die "unknown entity\n";
    }ge;
    return $text;
}

sub _new {
    my ($element, $attr) = @_;
    return bless { name => $element, attr => $attr, kids => [], text => '' },
        'BackupTasks::Xml';
}

# The nodes on a path of names: $root->find('tasks/task').
sub find {
    my ($self, $path) = @_;
    my @found = ($self);
    for my $step (split m{/}, $path) {
        @found = map { grep { $_->{name} eq $step } @{ $_->{kids} } } @found;
    }
    return wantarray ? @found : $found[0];
}

# Text of the first node on a path, or undef; without a path its own.
sub text {
    my ($self, $path) = @_;
    my $node = defined $path ? scalar $self->find($path) : $self;
    return $node ? $node->{text} : undef;
}

sub attr {
    my ($self, $key) = @_;
    return $self->{attr}{$key};
}

# The href of the first <link rel="..."> among the children, or undef.
sub link {
    my ($self, $rel) = @_;
    for my $node ($self->find('link')) {
        return $node->{attr}{href} if $node->{attr}{rel} eq $rel;
    }
    return undef;
}

1;
