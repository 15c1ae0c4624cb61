<!-- log.xsl: the second tab, log backups, with Start and Stop. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:func="http://exslt.org/functions"
    xmlns:f="urn:nginx-backup-tasks:sheet"
    xmlns:b="urn:nginx-backup-tasks:1"
    extension-element-prefixes="func f"
    exclude-result-prefixes="b">

  <xsl:template match="b:log-backups" mode="title">
    <xsl:value-of select="f:t('tab.log')"/>
  </xsl:template>

  <xsl:template match="b:log-backups" mode="main">
    <xsl:call-template name="backup-head"/>
    <xsl:call-template name="filter">
      <xsl:with-param name="kind" select="'log'"/>
      <xsl:with-param name="fields" select="'cluster tenant method'"/>
    </xsl:call-template>
    <xsl:choose>
      <xsl:when test="b:backups/b:log-backup">
        <xsl:call-template name="log-table"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:call-template name="empty">
          <xsl:with-param name="what" select="'log'"/>
        </xsl:call-template>
      </xsl:otherwise>
    </xsl:choose>
    <xsl:call-template name="foot">
      <xsl:with-param name="order" select="f:order('foot.newest')"/>
    </xsl:call-template>
  </xsl:template>

  <xsl:template name="log-table">
    <div class="scroll">
      <table class="list log">
        <caption class="vh"><xsl:value-of select="f:t('tab.log')"/></caption>
        <colgroup>
          <col class="w-cluster"/><col class="w-method"/><col class="w-host"/>
          <col class="w-time"/><col class="w-latency"/><col/>
          <col class="w-time"/><col class="w-status"/><col class="w-acts"/>
        </colgroup>
        <thead>
          <tr>
            <xsl:call-template name="heads">
              <xsl:with-param name="keys" select="'col.cluster col.method
                  col.host col.latest col.latency col.directory
                  col.start-time col.status col.actions'"/>
              <xsl:with-param name="sorted" select="''"/>
            </xsl:call-template>
          </tr>
        </thead>
        <tbody>
          <xsl:apply-templates select="b:backups/b:log-backup" mode="row">
            <xsl:sort select="$all-here * f:urgency(.)" data-type="number"
                order="descending"/>
          </xsl:apply-templates>
        </tbody>
      </table>
    </div>
  </xsl:template>

  <xsl:template match="b:log-backup" mode="row">
    <xsl:variable name="tone" select="f:record-tone('log', .)"/>
    <tr id="l{b:id}" class="{$tone}">
      <th scope="row" class="c">
        <xsl:call-template name="cluster"/>
      </th>
      <td data-l="{$label-method}">
        <xsl:apply-templates select="b:method" mode="word"/>
        <xsl:if test="not(b:method)"><xsl:call-template name="none"/></xsl:if>
      </td>
      <td data-l="{$label-host}">
        <xsl:apply-templates select="b:host" mode="text"/>
        <xsl:if test="not(b:host)"><xsl:call-template name="none"/></xsl:if>
      </td>
      <td data-l="{$label-latest}">
        <xsl:apply-templates select="b:latest-backup-time" mode="time"/>
        <xsl:if test="not(b:latest-backup-time)">
          <xsl:call-template name="none"/>
        </xsl:if>
        <xsl:call-template name="rounds-link"/>
      </td>
      <td data-l="{$label-latency}">
        <xsl:call-template name="latency"/>
      </td>
      <td class="dir" data-l="{$label-directory}">
        <xsl:for-each select="b:storage-directory">
          <code><xsl:apply-templates select="." mode="text"/></code>
        </xsl:for-each>
        <xsl:if test="not(b:storage-directory)">
          <xsl:call-template name="none"/>
        </xsl:if>
      </td>
      <td data-l="{$label-start}">
        <xsl:apply-templates select="b:start-time" mode="time-ago"/>
        <xsl:if test="not(b:start-time)">
          <xsl:call-template name="none"/>
        </xsl:if>
      </td>
      <td class="s">
        <xsl:call-template name="state">
          <xsl:with-param name="kind" select="'log'"/>
          <xsl:with-param name="tone" select="$tone"/>
          <xsl:with-param name="cause-href"
              select="concat($base, 'log/', b:id, $keep, '#cause')"/>
        </xsl:call-template>
      </td>
      <td class="a">
        <xsl:call-template name="log-actions"/>
        <a class="details" href="{$base}log/{b:id}{$keep}">
          <xsl:value-of select="$label-details"/>
          <span class="vh">
            <xsl:value-of select="concat(' ', f:who(.))"/>
          </span>
        </a>
      </td>
    </tr>
  </xsl:template>

  <!-- What needs somebody first. -->
  <func:function name="f:urgency">
    <xsl:param name="backup"/>
    <xsl:choose>
      <xsl:when test="$backup/b:acknowledged">
        <func:result select="0"/>
      </xsl:when>
      <xsl:when test="f:tone('log', $backup/b:status) = 'bad'">
        <func:result select="5"/>
      </xsl:when>
      <xsl:when test="f:behind($backup)"><func:result select="4"/></xsl:when>
      <xsl:when test="$backup/b:stale"><func:result select="3"/></xsl:when>
      <xsl:when test="$backup/b:status = 'STOPPED'">
        <func:result select="2"/>
      </xsl:when>
      <xsl:when test="$backup/b:status != 'IN_PROGRESS'">
        <func:result select="1"/>
      </xsl:when>
      <xsl:otherwise><func:result select="0"/></xsl:otherwise>
    </xsl:choose>
  </func:function>

  <!-- With a range: how many rounds were alive in it. -->
  <xsl:template name="rounds-link">
    <xsl:if test="b:rounds">
      <small>
        <a href="{$base}log/{b:id}{$keep}#rounds">
          <xsl:value-of select="f:t1(f:form('log.rounds',
              count(b:rounds/b:round)), count(b:rounds/b:round))"/>
        </a>
      </small>
    </xsl:if>
  </xsl:template>

  <!-- The latency when observed plus the time since: it is at least that. -->
  <xsl:template name="latency">
    <xsl:choose>
      <xsl:when test="b:latency-seconds and b:observed">
        <span>
          <xsl:if test="f:behind(.)">
            <xsl:attribute name="class">late</xsl:attribute>
          </xsl:if>
          <xsl:value-of select="f:t1('latency.at-least', f:span(
              b:latency-seconds + f:age(b:observed), 0))"/>
        </span>
        <small>
          <xsl:value-of select="f:t1('latency.seen', f:ago(b:observed))"/>
        </small>
      </xsl:when>
      <xsl:when test="b:latency-seconds">
        <xsl:value-of select="f:t1('latency.at-least',
            f:span(b:latency-seconds, 0))"/>
      </xsl:when>
      <xsl:otherwise><xsl:call-template name="none"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- Whether a log backup is later than its cluster's recovery point allows:
       said by the row, else by the sentence above. -->
  <func:function name="f:behind">
    <xsl:param name="backup"/>
    <func:result select="($backup/b:rpo-seconds and $backup/b:latency-seconds
        + f:age($backup/b:observed) &gt; $backup/b:rpo-seconds)
        or /*/b:health/b:risk[@kind = 'LOG_LATENCY']/b:log-id
           = $backup/b:id"/>
  </func:function>

  <!-- What an operator may do now, as links to the forms that ask again. -->
  <xsl:template name="log-actions">
    <xsl:variable name="open" select="b:command[@state = 'REQUESTED'
                                      or @state = 'RUNNING']"/>
    <xsl:if test="$operator and not($open)">
      <xsl:for-each select="b:actions/*">
        <a class="act" href="{$base}log/{../../b:id}/{local-name()}{$keep}">
          <xsl:value-of select="f:word('action', local-name())"/>
          <span class="vh">
            <xsl:value-of select="concat(' ', f:who(../..))"/>
          </span>
        </a>
        <xsl:text> </xsl:text>
      </xsl:for-each>
    </xsl:if>
  </xsl:template>

  <xsl:variable name="label-details" select="f:t('action.details')"/>

</xsl:stylesheet>
