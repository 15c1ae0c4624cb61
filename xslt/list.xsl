<!-- list.xsl: what all lists share: head, empty state, foot with paging. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:func="http://exslt.org/functions"
    xmlns:f="urn:nginx-backup-tasks:sheet"
    xmlns:b="urn:nginx-backup-tasks:1"
    extension-element-prefixes="func f"
    exclude-result-prefixes="b">

  <!-- Heading and range, the verdict, the tiles and the tabs. -->
  <xsl:template name="backup-head">
    <div class="head">
      <h1><xsl:value-of select="f:t('nav.data')"/></h1>
      <xsl:call-template name="range"/>
    </div>
    <xsl:apply-templates select="b:health"/>
    <xsl:apply-templates select="b:overview"/>
    <xsl:call-template name="tabs"/>
  </xsl:template>

  <!-- Heading of a list beside the tabs; with-range: whether it takes one. -->
  <xsl:template name="plain-head">
    <xsl:param name="with-range" select="true()"/>
    <div class="head">
      <h1><xsl:apply-templates select="." mode="title"/></h1>
      <xsl:call-template name="refresh-line"/>
      <xsl:if test="$with-range"><xsl:call-template name="range"/></xsl:if>
    </div>
  </xsl:template>

  <!-- 1 where the whole list stands on this page: then it can be in the order
       of urgency. Over several pages it cannot: urgency changes while they are
       read, and a row would be seen twice or never. -->
  <xsl:variable name="all-here" select="number(/*/b:page/@complete = 'true'
      and not(/*/b:link[@rel = 'prev' or @rel = 'first']))"/>

  <!-- The key of what is said of the order. -->
  <func:function name="f:order">
    <xsl:param name="otherwise"/>
    <xsl:choose>
      <xsl:when test="$all-here = 1"><func:result select="'foot.worst'"/></xsl:when>
      <xsl:otherwise><func:result select="$otherwise"/></xsl:otherwise>
    </xsl:choose>
  </func:function>

  <!-- Where the script says when it asks again. -->
  <xsl:template name="refresh-line">
    <p id="refresh"><xsl:text> </xsl:text></p>
  </xsl:template>

  <!-- The column heads, from a list of message keys. -->
  <xsl:template name="heads">
    <xsl:param name="keys"/>
    <xsl:param name="sorted" select="'col.start-time'"/>
    <xsl:variable name="key"
        select="substring-before(concat(normalize-space($keys), ' '), ' ')"/>
    <xsl:if test="$key != ''">
      <th scope="col">
        <xsl:if test="$key = $sorted">
          <xsl:attribute name="aria-sort">descending</xsl:attribute>
        </xsl:if>
        <xsl:if test="$key = 'col.backup-set'">
          <xsl:attribute name="class">num</xsl:attribute>
        </xsl:if>
        <xsl:value-of select="f:t($key)"/>
      </th>
      <xsl:call-template name="heads">
        <xsl:with-param name="keys" select="substring-after(normalize-space($keys), ' ')"/>
        <xsl:with-param name="sorted" select="$sorted"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>

  <!-- What began before the range and still runs. -->
  <xsl:template name="running-earlier">
    <xsl:for-each select="b:summary/b:running-earlier[. &gt; 0]">
      <p class="earlier">
        <a href="{@href}">
          <xsl:value-of
              select="f:t1(f:form('list.running-earlier', .), f:count(.))"/>
        </a>
      </p>
    </xsl:for-each>
  </xsl:template>

  <!-- No rows: says what was looked for, and what to do next. -->
  <xsl:template name="empty">
    <xsl:param name="what"/>
    <xsl:variable name="given" select="b:query/*[contains($filter-names,
        concat(' ', local-name(), ' '))]"/>
    <xsl:variable name="statuses" select="b:query/b:status"/>
    <div class="empty">
      <p>
        <strong>
          <xsl:choose>
            <xsl:when test="b:link[@rel = 'prev']">
              <xsl:value-of select="f:t('empty.no-more')"/>
            </xsl:when>
            <xsl:when test="b:query/@from">
              <xsl:variable name="words">
                <xsl:call-template name="range-words"/>
              </xsl:variable>
              <xsl:value-of select="f:t1(concat('empty.', $what), $words)"/>
            </xsl:when>
            <xsl:otherwise>
              <xsl:value-of select="f:t(concat('empty.plain.', $what))"/>
            </xsl:otherwise>
          </xsl:choose>
        </strong>
      </p>
      <xsl:if test="$given or $statuses">
        <p>
          <xsl:value-of select="f:t('empty.filters')"/>
          <xsl:for-each select="$statuses">
            <xsl:value-of select="concat(f:t('filter.status'), f:t('colon'),
                f:status($view, .))"/>
            <xsl:if test="position() != last() or $given">, </xsl:if>
          </xsl:for-each>
          <xsl:for-each select="$given">
            <xsl:value-of select="f:chip(.)"/>
            <xsl:if test="position() != last()">, </xsl:if>
          </xsl:for-each>
          <xsl:value-of select="f:t('full-stop')"/>
        </p>
      </xsl:if>
      <xsl:call-template name="empty-next">
        <xsl:with-param name="filtered" select="$given or $statuses"/>
      </xsl:call-template>
    </div>
  </xsl:template>

  <xsl:template name="empty-next">
    <xsl:param name="filtered"/>
    <p>
      <xsl:if test="$filtered">
        <a href="{f:again(concat($filter-names, 'status'), '')}">
          <xsl:value-of select="f:t('empty.unfilter')"/>
        </a>
        <xsl:text> </xsl:text>
      </xsl:if>
      <xsl:if test="b:query/@from and $range != '30d'">
        <a href="{f:again('range from to', '&amp;range=30d')}">
          <xsl:value-of select="f:t('empty.longer')"/>
        </a>
      </xsl:if>
      <xsl:if test="not($filtered) and not(b:query/@from)">
        <xsl:value-of select="f:t('empty.nothing-yet')"/>
      </xsl:if>
    </p>
  </xsl:template>

  <!-- Paging, page size, zone, age of the data, the XML. -->
  <xsl:template name="foot">
    <xsl:param name="order" select="'foot.newest'"/>
    <footer class="foot">
      <xsl:if test="b:link[@rel = 'prev' or @rel = 'next' or @rel = 'first']">
        <nav class="pages" aria-label="{f:t('nav.pages')}">
          <xsl:apply-templates select="b:link[@rel = 'first']" mode="paging"/>
          <xsl:apply-templates select="b:link[@rel = 'prev']" mode="paging"/>
          <xsl:apply-templates select="b:link[@rel = 'next']" mode="paging"/>
        </nav>
      </xsl:if>
      <xsl:if test="$order">
        <p><xsl:value-of select="f:t($order)"/></p>
      </xsl:if>
      <p class="sizes"><xsl:call-template name="sizes"/></p>
      <xsl:call-template name="about-data"/>
    </footer>
  </xsl:template>

  <xsl:template match="b:link" mode="paging">
    <a rel="{@rel}" href="{@href}">
      <xsl:value-of select="f:t(concat('page.', @rel))"/>
    </a>
  </xsl:template>

  <xsl:template name="sizes">
    <xsl:value-of select="f:t('foot.size')"/>
    <xsl:for-each select="b:query">
      <xsl:call-template name="size-link">
        <xsl:with-param name="sizes" select="'20 50 100 200 500'"/>
      </xsl:call-template>
    </xsl:for-each>
  </xsl:template>

  <xsl:template name="size-link">
    <xsl:param name="sizes"/>
    <xsl:variable name="size"
        select="substring-before(concat($sizes, ' '), ' ')"/>
    <xsl:if test="$size != ''">
      <xsl:text> </xsl:text>
      <a href="{f:again('size', concat('&amp;size=', $size))}">
        <xsl:if test="@size = $size">
          <xsl:attribute name="aria-current">true</xsl:attribute>
        </xsl:if>
        <xsl:value-of select="$size"/>
      </a>
      <xsl:call-template name="size-link">
        <xsl:with-param name="sizes" select="substring-after($sizes, ' ')"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>

  <!-- Zone, age and XML: the foot of every page with data. -->
  <xsl:template name="about-data">
    <details id="zone">
      <summary><xsl:value-of select="f:t1('foot.zone', f:zone())"/></summary>
      <form class="pop up" method="get" action="{$path}">
        <xsl:call-template name="hidden-but">
          <xsl:with-param name="names" select="'tz'"/>
        </xsl:call-template>
        <xsl:call-template name="zone-input">
          <xsl:with-param name="id" select="'all-zones'"/>
        </xsl:call-template>
        <button><xsl:value-of select="f:t('zone.show')"/></button>
      </form>
    </details>
    <xsl:if test="@as-of">
      <p>
        <xsl:if test="f:age(@as-of) &gt; 120">
          <xsl:attribute name="class">old</xsl:attribute>
        </xsl:if>
        <xsl:value-of select="f:t2('foot.as-of', f:as-of(), f:ago(@as-of))"/>
      </p>
    </xsl:if>
    <xsl:if test="$view != 'health-report'">
      <p>
        <a href="{$base}health/report{$keep}">
          <xsl:value-of select="f:t('nav.health')"/>
        </a>
      </p>
    </xsl:if>
    <xsl:if test="b:link[@rel = 'alternate']">
      <p class="formats">
        <xsl:value-of select="f:t('foot.formats')"/>
        <xsl:apply-templates select="b:link[@rel = 'alternate']"
                             mode="format"/>
      </p>
    </xsl:if>
  </xsl:template>

  <!-- The names of the formats are the same in every language. -->
  <xsl:template match="b:link" mode="format">
    <xsl:text> </xsl:text>
    <a href="{@href}">
      <xsl:choose>
        <xsl:when test="@type = 'text/csv'">CSV</xsl:when>
        <xsl:when test="@type = 'application/atom+xml'">Atom</xsl:when>
        <xsl:otherwise>XML</xsl:otherwise>
      </xsl:choose>
    </a>
  </xsl:template>

</xsl:stylesheet>
