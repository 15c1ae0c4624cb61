<!-- latency.xsl: the latency history of a log backup as a drawing and as a table. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:date="http://exslt.org/dates-and-times"
    xmlns:math="http://exslt.org/math"
    xmlns:func="http://exslt.org/functions"
    xmlns:f="urn:nginx-backup-tasks:sheet"
    xmlns:b="urn:nginx-backup-tasks:1"
    extension-element-prefixes="date math func f"
    exclude-result-prefixes="b">

  <xsl:template match="b:latency">
    <h2 id="latency"><xsl:value-of select="f:t('latency.history')"/></h2>
    <xsl:choose>
      <xsl:when test="count(b:sample) &gt; 1">
        <figure class="chart">
          <xsl:call-template name="latency-drawing"/>
          <figcaption>
            <xsl:value-of select="f:latency-words(.)"/>
          </figcaption>
        </figure>
        <xsl:call-template name="latency-table"/>
      </xsl:when>
      <xsl:otherwise>
        <p><xsl:value-of select="f:t('latency.none')"/></p>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- "At worst 41 min, last 12 s." -->
  <func:function name="f:latency-words">
    <xsl:param name="latency"/>
    <func:result select="f:t2('latency.worst',
        f:span(math:max($latency/b:sample/@seconds), 1),
        f:span($latency/b:sample[last()]/@seconds, 1))"/>
  </func:function>

  <!-- The place of an instant on the drawing's 1000, kept inside. -->
  <func:function name="f:chart-x">
    <xsl:param name="latency"/>
    <xsl:param name="time"/>
    <xsl:variable name="from"
        select="date:seconds(string($latency/b:sample[1]/@at))"/>
    <xsl:variable name="to"
        select="date:seconds(string($latency/b:sample[last()]/@at))"/>
    <xsl:variable name="x" select="(date:seconds(string($time)) - $from)
        div ($to - $from) * 1000"/>
    <xsl:choose>
      <xsl:when test="$x &lt; 0"><func:result select="0"/></xsl:when>
      <xsl:when test="$x &gt; 1000"><func:result select="1000"/></xsl:when>
      <xsl:otherwise><func:result select="$x"/></xsl:otherwise>
    </xsl:choose>
  </func:function>

  <!-- 1000 by 120, stretched to the page; the words stand around it. -->
  <xsl:template name="latency-drawing">
    <xsl:variable name="worst" select="math:max(b:sample/@seconds)"/>
    <xsl:variable name="top" select="$worst + ($worst = 0)"/>
    <p class="axis"><xsl:value-of select="f:span($top, 1)"/></p>
    <svg viewBox="0 0 1000 120" preserveAspectRatio="none" role="img"
        width="100%" height="120" aria-label="{f:latency-words(.)}">
      <xsl:call-template name="latency-gaps"/>
      <path class="line" fill="none" vector-effect="non-scaling-stroke">
        <xsl:attribute name="d">
          <xsl:call-template name="latency-line">
            <xsl:with-param name="top" select="$top"/>
          </xsl:call-template>
        </xsl:attribute>
      </path>
    </svg>
    <p class="axis">
      <xsl:call-template name="sample-time">
        <xsl:with-param name="at" select="b:sample[1]/@at"/>
      </xsl:call-template>
      <xsl:call-template name="sample-time">
        <xsl:with-param name="at" select="b:sample[last()]/@at"/>
      </xsl:call-template>
    </p>
  </xsl:template>

  <!-- The points of the line; it is broken where samples are missing, that
       is after more than three times their usual distance. -->
  <xsl:template name="latency-line">
    <xsl:param name="top"/>
    <xsl:variable name="from" select="date:seconds(string(b:sample[1]/@at))"/>
    <xsl:variable name="width"
        select="date:seconds(string(b:sample[last()]/@at)) - $from"/>
    <xsl:variable name="usual" select="$width div (count(b:sample) - 1)"/>
    <xsl:for-each select="b:sample">
      <xsl:variable name="at" select="date:seconds(string(@at))"/>
      <xsl:variable name="before" select="date:seconds(
          string(preceding-sibling::b:sample[1]/@at))"/>
      <xsl:choose>
        <xsl:when test="$at - $before &lt;= 3 * $usual">L</xsl:when>
        <xsl:otherwise>M</xsl:otherwise>
      </xsl:choose>
      <xsl:value-of select="concat(
          format-number(($at - $from) div $width * 1000, '0.#'), ' ',
          format-number(118 - @seconds div $top * 114, '0.#'))"/>
    </xsl:for-each>
  </xsl:template>

  <!-- Stretches without point-in-time restore, as bands. -->
  <xsl:template name="latency-gaps">
    <xsl:variable name="latency" select="."/>
    <xsl:for-each select="../b:gaps/b:gap">
      <xsl:variable name="left" select="f:chart-x($latency, b:from)"/>
      <xsl:variable name="right">
        <xsl:choose>
          <xsl:when test="b:to">
            <xsl:value-of select="f:chart-x($latency, b:to)"/>
          </xsl:when>
          <xsl:otherwise>1000</xsl:otherwise>
        </xsl:choose>
      </xsl:variable>
      <xsl:if test="$right &gt; $left">
        <rect class="gap" height="120" x="{format-number($left, '0.#')}"
            width="{format-number($right - $left, '0.#')}"/>
      </xsl:if>
    </xsl:for-each>
  </xsl:template>

  <xsl:template name="latency-table">
    <details class="samples" id="samples">
      <summary><xsl:value-of select="f:t('latency.as-table')"/></summary>
      <table class="plain">
        <caption class="vh">
          <xsl:value-of select="f:t('latency.history')"/>
        </caption>
        <thead>
          <tr>
            <th scope="col"><xsl:value-of select="f:t('col.at')"/></th>
            <th scope="col"><xsl:value-of select="$label-latency"/></th>
          </tr>
        </thead>
        <tbody>
          <xsl:for-each select="b:sample">
            <tr>
              <td>
                <xsl:call-template name="sample-time">
                  <xsl:with-param name="at" select="@at"/>
                </xsl:call-template>
              </td>
              <td><xsl:value-of select="f:span(@seconds, 1)"/></td>
            </tr>
          </xsl:for-each>
        </tbody>
      </table>
    </details>
  </xsl:template>

  <xsl:template name="sample-time">
    <xsl:param name="at"/>
    <time datetime="{substring($at, 1, 19)}Z">
      <xsl:value-of select="substring(f:stamp(f:shift($at)), 6, 11)"/>
    </time>
  </xsl:template>

</xsl:stylesheet>
