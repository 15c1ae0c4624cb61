<!-- overview.xsl: three tiles of counts, each number a link to what it counts. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:f="urn:nginx-backup-tasks:sheet"
    xmlns:b="urn:nginx-backup-tasks:1"
    extension-element-prefixes="f"
    exclude-result-prefixes="b">

  <xsl:template match="b:overview">
    <div class="tiles">
      <xsl:apply-templates select="b:kind[@view = 'data']"/>
      <xsl:apply-templates select="b:kind[@view = 'log']"/>
      <xsl:apply-templates select="b:kind[@view = 'cleanup']"/>
    </div>
  </xsl:template>

  <xsl:template match="b:kind">
    <section class="tile" aria-labelledby="tile-{@view}">
      <h2 id="tile-{@view}">
        <xsl:value-of select="f:t(concat('tile.', @view))"/>
        <xsl:text> </xsl:text>
        <small>
          <xsl:choose>
            <xsl:when test="@view = 'log'">
              <xsl:value-of select="f:t('tile.now')"/>
            </xsl:when>
            <xsl:otherwise>
              <xsl:value-of select="f:word('tile.range', @range)"/>
            </xsl:otherwise>
          </xsl:choose>
        </small>
      </h2>
      <xsl:variable name="good" select="b:count[@status = 'COMPLETED'
          or @status = 'IN_PROGRESS' and ../@view = 'log']"/>
      <xsl:variable name="bad"
          select="b:count[@status = 'FAILED' or @status = 'INTERRUPTED']"/>
      <xsl:variable name="rest"
          select="b:count[count(. | $good | $bad) &gt; count($good | $bad)]"/>
      <p>
        <xsl:call-template name="tile-counts">
          <xsl:with-param name="good" select="$good"/>
          <xsl:with-param name="bad" select="$bad[. &gt; 0]"/>
          <xsl:with-param name="rest" select="$rest[. &gt; 0]"/>
        </xsl:call-template>
      </p>
      <xsl:call-template name="bar">
        <xsl:with-param name="good" select="$good[. &gt; 0]"/>
        <xsl:with-param name="bad" select="$bad[. &gt; 0]"/>
        <xsl:with-param name="rest" select="$rest[. &gt; 0]"/>
      </xsl:call-template>
    </section>
  </xsl:template>

  <!-- Good first, then bad, then the rest; what has none is left out, but for
       the two that a reader looks for. -->
  <xsl:template name="tile-counts">
    <xsl:param name="good"/>
    <xsl:param name="bad"/>
    <xsl:param name="rest"/>
    <xsl:apply-templates select="$good"/>
    <xsl:if test="not($good)">
      <xsl:call-template name="tile-count">
        <xsl:with-param name="status">
          <xsl:if test="@view = 'log'">IN_PROGRESS</xsl:if>
          <xsl:if test="@view != 'log'">COMPLETED</xsl:if>
        </xsl:with-param>
      </xsl:call-template>
    </xsl:if>
    <xsl:apply-templates select="$bad"/>
    <xsl:if test="not($bad)">
      <xsl:call-template name="tile-count">
        <xsl:with-param name="status" select="'FAILED'"/>
      </xsl:call-template>
    </xsl:if>
    <xsl:apply-templates select="$rest"/>
  </xsl:template>

  <xsl:template match="b:kind/b:count">
    <xsl:variable name="status" select="@status"/>
    <xsl:variable name="number" select="."/>
    <xsl:variable name="settled" select="number(concat('0', @settled))"/>
    <xsl:for-each select="..">
      <xsl:choose>
        <!-- What is canceled or acknowledged needs nobody: it alarms nobody. -->
        <xsl:when test="f:tone(@view, $status) = 'bad' and $settled &gt; 0">
          <xsl:call-template name="tile-count">
            <xsl:with-param name="status" select="$status"/>
            <xsl:with-param name="number" select="$number - $settled"/>
            <xsl:with-param name="only" select="'no'"/>
          </xsl:call-template>
          <xsl:call-template name="tile-count">
            <xsl:with-param name="status" select="$status"/>
            <xsl:with-param name="number" select="$settled"/>
            <xsl:with-param name="only" select="'yes'"/>
          </xsl:call-template>
        </xsl:when>
        <xsl:otherwise>
          <xsl:call-template name="tile-count">
            <xsl:with-param name="status" select="$status"/>
            <xsl:with-param name="number" select="$number"/>
          </xsl:call-template>
        </xsl:otherwise>
      </xsl:choose>
    </xsl:for-each>
  </xsl:template>

  <!-- One number with its word; the context is the kind. -->
  <xsl:template name="tile-count">
    <xsl:param name="status"/>
    <xsl:param name="number" select="0"/>
    <xsl:param name="only" select="''"/>
    <a>
      <xsl:attribute name="href">
        <xsl:call-template name="kind-href">
          <xsl:with-param name="statuses"
              select="concat('&amp;status=', $status, substring(concat(
                  '&amp;settled=', $only), 1 div ($only != '')))"/>
        </xsl:call-template>
      </xsl:attribute>
      <xsl:if test="$number &gt; 0 and $only != 'yes'">
        <xsl:attribute name="class">
          <xsl:value-of select="f:tone(@view, $status)"/>
        </xsl:attribute>
      </xsl:if>
      <b><xsl:value-of select="f:count($number)"/></b>
      <xsl:text> </xsl:text>
      <xsl:choose>
        <xsl:when test="$only = 'yes'">
          <xsl:value-of select="f:t('tile.settled')"/>
        </xsl:when>
        <xsl:otherwise>
          <xsl:value-of select="f:word(concat('tile.', @view), $status)"/>
        </xsl:otherwise>
      </xsl:choose>
    </a>
    <xsl:text> </xsl:text>
  </xsl:template>

  <!-- The list that a kind's counts are of. -->
  <xsl:template name="kind-href">
    <xsl:param name="statuses"/>
    <xsl:variable name="range">
      <xsl:if test="@range">
        <xsl:value-of select="concat('&amp;range=', @range)"/>
      </xsl:if>
      <xsl:if test="@range = 'custom'">
        <xsl:value-of select="concat('&amp;from=', ../@from,
            '&amp;to=', ../@to)"/>
      </xsl:if>
    </xsl:variable>
    <xsl:value-of select="f:page(@view, concat($range, $statuses, $common))"/>
  </xsl:template>

  <!-- The shares as one line, good first; each part has 12 of 1000 before its
       share, so that one failure among thousands is seen. -->
  <xsl:template name="bar">
    <xsl:param name="good"/>
    <xsl:param name="bad"/>
    <xsl:param name="rest"/>
    <xsl:variable name="parts" select="$good | $bad | $rest"/>
    <xsl:variable name="scale"
        select="(1000 - 12 * count($parts)) div sum($parts)"/>
    <svg class="bar" viewBox="0 0 1000 6" preserveAspectRatio="none"
        aria-hidden="true" width="100%" height="6">
      <rect class="rest" width="1000" height="6"/>
      <xsl:call-template name="bar-parts">
        <xsl:with-param name="parts" select="$good"/>
        <xsl:with-param name="scale" select="$scale"/>
      </xsl:call-template>
      <xsl:call-template name="bar-parts">
        <xsl:with-param name="parts" select="$bad"/>
        <xsl:with-param name="scale" select="$scale"/>
        <xsl:with-param name="x"
            select="12 * count($good) + $scale * sum($good)"/>
      </xsl:call-template>
      <xsl:call-template name="bar-parts">
        <xsl:with-param name="parts" select="$rest"/>
        <xsl:with-param name="scale" select="$scale"/>
        <xsl:with-param name="x" select="12 * count($good | $bad)
            + $scale * sum($good | $bad)"/>
      </xsl:call-template>
    </svg>
  </xsl:template>

  <xsl:template name="bar-parts">
    <xsl:param name="parts"/>
    <xsl:param name="scale"/>
    <xsl:param name="x" select="0"/>
    <xsl:for-each select="$parts[1]">
      <xsl:variable name="width" select="12 + $scale * ."/>
      <rect class="{f:tone(../@view, @status)}" height="6"
          x="{format-number($x, '0.#')}"
          width="{format-number($width - 2, '0.#')}"/>
      <xsl:call-template name="bar-parts">
        <xsl:with-param name="parts" select="$parts[position() &gt; 1]"/>
        <xsl:with-param name="scale" select="$scale"/>
        <xsl:with-param name="x" select="$x + $width"/>
      </xsl:call-template>
    </xsl:for-each>
  </xsl:template>

  <!-- The three tabs, each with its failures as a number of its own. -->
  <xsl:template name="tabs">
    <div class="tabs">
      <nav aria-label="{f:t('nav.kinds')}">
        <ul>
          <xsl:call-template name="tab">
            <xsl:with-param name="to" select="'data'"/>
          </xsl:call-template>
          <xsl:call-template name="tab">
            <xsl:with-param name="to" select="'log'"/>
          </xsl:call-template>
          <xsl:call-template name="tab">
            <xsl:with-param name="to" select="'cleanup'"/>
          </xsl:call-template>
        </ul>
      </nav>
      <xsl:call-template name="refresh-line"/>
    </div>
  </xsl:template>

  <xsl:template name="tab">
    <xsl:param name="to"/>
    <xsl:variable name="name" select="f:t(concat('tab.', $to))"/>
    <li>
      <a href="{f:page($to, concat(f:params-of('range from to'), $common))}">
        <xsl:if test="$view = $to">
          <xsl:attribute name="aria-current">page</xsl:attribute>
        </xsl:if>
        <xsl:value-of select="$name"/>
      </a>
      <xsl:for-each select="/*/b:overview/b:kind[@view = $to]">
        <xsl:variable name="bad"
            select="b:count[@status = 'FAILED' or @status = 'INTERRUPTED']"/>
        <xsl:variable name="open" select="sum($bad) - sum($bad/@settled)"/>
        <xsl:if test="$open &gt; 0">
          <a class="n" aria-label="{f:t2('tab.bad', f:count($open), $name)}">
            <xsl:attribute name="href">
              <xsl:call-template name="kind-href">
                <xsl:with-param name="statuses">
                  <xsl:for-each select="$bad[. &gt; 0]">
                    <xsl:value-of select="concat('&amp;status=', @status)"/>
                  </xsl:for-each>
                  <xsl:text>&amp;settled=no</xsl:text>
                </xsl:with-param>
              </xsl:call-template>
            </xsl:attribute>
            <xsl:value-of select="f:count($open)"/>
          </a>
        </xsl:if>
      </xsl:for-each>
    </li>
  </xsl:template>

</xsl:stylesheet>
