<!-- clusters.xsl: all clusters with their health, and one cluster's Overview. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:exsl="http://exslt.org/common"
    xmlns:str="http://exslt.org/strings"
    xmlns:f="urn:nginx-backup-tasks:sheet"
    xmlns:b="urn:nginx-backup-tasks:1"
    extension-element-prefixes="exsl str f"
    exclude-result-prefixes="b">

  <xsl:template match="b:clusters" mode="title">
    <xsl:value-of select="f:t('nav.clusters')"/>
  </xsl:template>

  <xsl:template match="b:clusters" mode="main">
    <xsl:call-template name="plain-head">
      <xsl:with-param name="with-range" select="false()"/>
    </xsl:call-template>
    <xsl:apply-templates select="b:health"/>
    <xsl:call-template name="filter">
      <xsl:with-param name="kind" select="'clusters'"/>
      <xsl:with-param name="fields" select="'cluster tenant group'"/>
    </xsl:call-template>
    <xsl:choose>
      <xsl:when test="b:items/b:cluster">
        <xsl:call-template name="clusters-table"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:call-template name="empty">
          <xsl:with-param name="what" select="'clusters'"/>
        </xsl:call-template>
      </xsl:otherwise>
    </xsl:choose>
    <xsl:call-template name="foot">
      <xsl:with-param name="order" select="f:order('')"/>
    </xsl:call-template>
  </xsl:template>

  <xsl:template name="clusters-table">
    <div class="scroll">
      <table class="list clusters">
        <caption class="vh"><xsl:value-of select="f:t('nav.clusters')"/></caption>
        <colgroup>
          <col class="w-cluster"/><col class="w-status"/><col/>
          <col class="w-tenants"/><col class="w-time"/><col class="w-time"/>
          <col class="w-time"/><col class="w-version"/>
        </colgroup>
        <thead>
          <tr>
            <xsl:call-template name="heads">
              <xsl:with-param name="keys" select="'col.cluster col.status
                  col.risk col.tenants col.oldest-data col.oldest-log
                  col.observed col.version'"/>
              <xsl:with-param name="sorted" select="''"/>
            </xsl:call-template>
          </tr>
        </thead>
        <tbody>
          <xsl:apply-templates select="b:items/b:cluster" mode="row">
            <xsl:sort select="$all-here * string-length(substring-before(
                ' UNKNOWN WARNING STALE CRITICAL ', concat(b:status, ' ')))"
                data-type="number" order="descending"/>
          </xsl:apply-templates>
        </tbody>
      </table>
    </div>
  </xsl:template>

  <xsl:template match="b:cluster" mode="row">
    <tr id="k{b:id}">
      <xsl:if test="b:status = 'CRITICAL'">
        <xsl:attribute name="class">bad</xsl:attribute>
      </xsl:if>
      <th scope="row" class="c">
        <a href="{$base}clusters/{b:id}{$keep}">
          <xsl:value-of select="b:name"/>
        </a>
        <xsl:if test="b:simulated"><xsl:call-template name="sample"/></xsl:if>
        <xsl:if test="b:groups/b:group">
          <small><xsl:call-template name="groups"/></small>
        </xsl:if>
      </th>
      <td class="s" data-l="{$label-status}">
        <xsl:call-template name="status">
          <xsl:with-param name="kind" select="'clusters'"/>
        </xsl:call-template>
        <xsl:for-each select="b:stale/@reason">
          <small class="note warn"><xsl:value-of select="f:short(., 90)"/></small>
        </xsl:for-each>
      </td>
      <td class="risks" data-l="{f:t('col.risk')}">
        <xsl:for-each select="b:risk">
          <p><xsl:apply-templates select="." mode="sentence"/></p>
        </xsl:for-each>
        <xsl:if test="not(b:risk)"><xsl:call-template name="none"/></xsl:if>
      </td>
      <td data-l="{f:t('col.tenants')}">
        <a href="{$base}clusters/{b:id}{$keep}#tenants">
          <xsl:value-of select="count(b:tenants/b:tenant)"/>
        </a>
      </td>
      <td data-l="{f:t('col.oldest-data')}">
        <xsl:call-template name="oldest-data"/>
      </td>
      <td data-l="{f:t('col.oldest-log')}">
        <xsl:call-template name="oldest">
          <xsl:with-param name="times"
              select="b:tenants/b:tenant/b:latest-backup-time"/>
        </xsl:call-template>
      </td>
      <td data-l="{f:t('col.observed')}">
        <xsl:apply-templates select="b:observed" mode="time-ago"/>
        <xsl:if test="not(b:observed)"><xsl:call-template name="none"/></xsl:if>
      </td>
      <td data-l="{f:t('col.version')}">
        <xsl:value-of select="b:version"/>
        <small><xsl:value-of select="b:adapter"/></small>
      </td>
    </tr>
  </xsl:template>

  <!-- The tenant whose last good data backup, full or incremental, is the
       oldest; one that should have had one and never had comes first. -->
  <xsl:template name="oldest-data">
    <xsl:variable name="last">
      <xsl:for-each select="b:tenants/b:tenant">
        <xsl:for-each select="b:last-full | b:last-incremental">
          <xsl:sort select="string(.)" order="descending"/>
          <xsl:if test="position() = 1"><xsl:copy-of select="."/></xsl:if>
        </xsl:for-each>
      </xsl:for-each>
    </xsl:variable>
    <xsl:choose>
      <xsl:when test="b:risk[@kind = 'DATA_NEVER']">
        <span class="late"><xsl:value-of select="f:t('data.never')"/></span>
      </xsl:when>
      <xsl:otherwise>
        <xsl:call-template name="oldest">
          <xsl:with-param name="times" select="exsl:node-set($last)/*"/>
        </xsl:call-template>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="oldest">
    <xsl:param name="times"/>
    <xsl:for-each select="$times">
      <xsl:sort select="string(.)"/>
      <xsl:if test="position() = 1">
        <xsl:apply-templates select="." mode="time-ago"/>
      </xsl:if>
    </xsl:for-each>
    <xsl:if test="not($times)"><xsl:call-template name="none"/></xsl:if>
  </xsl:template>

  <xsl:template name="groups">
    <xsl:for-each select="b:groups/b:group">
      <xsl:value-of select="."/>
      <xsl:if test="position() != last()">, </xsl:if>
    </xsl:for-each>
  </xsl:template>

  <!-- One cluster. -->
  <xsl:template match="b:cluster" mode="title">
    <xsl:value-of select="b:name"/>
  </xsl:template>

  <!-- Of the form of a backup: the way back. -->
  <xsl:template match="b:cluster-backup" mode="title">
    <xsl:value-of select="b:cluster"/>
  </xsl:template>

  <xsl:template match="b:cluster" mode="main">
    <xsl:call-template name="crumbs">
      <xsl:with-param name="list" select="'clusters'"/>
    </xsl:call-template>
    <div class="head">
      <h1>
        <xsl:value-of select="b:name"/>
        <xsl:if test="b:simulated"><xsl:call-template name="sample"/></xsl:if>
      </h1>
      <xsl:call-template name="status">
        <xsl:with-param name="kind" select="'clusters'"/>
      </xsl:call-template>
      <xsl:call-template name="refresh-line"/>
    </div>
    <xsl:call-template name="cluster-verdict"/>
    <xsl:call-template name="cluster-facts"/>
    <xsl:call-template name="cluster-links"/>
    <xsl:call-template name="cluster-tenants"/>
    <footer class="foot"><xsl:call-template name="about-data"/></footer>
  </xsl:template>

  <xsl:template name="cluster-verdict">
    <xsl:if test="b:risk or b:stale">
      <div>
        <xsl:attribute name="class">
          <xsl:text>verdict </xsl:text>
          <xsl:choose>
            <xsl:when test="b:risk[1]/@severity = 'CRITICAL'">bad</xsl:when>
            <xsl:otherwise>warn</xsl:otherwise>
          </xsl:choose>
        </xsl:attribute>
        <xsl:for-each select="b:risk">
          <p><xsl:apply-templates select="." mode="sentence"/></p>
        </xsl:for-each>
        <xsl:for-each select="b:stale">
          <p><xsl:apply-templates select="." mode="stale-sentence"/></p>
        </xsl:for-each>
      </div>
    </xsl:if>
  </xsl:template>

  <xsl:template name="cluster-facts">
    <dl class="facts">
      <xsl:apply-templates select="b:observed" mode="time-field">
        <xsl:with-param name="label" select="f:t('col.observed')"/>
      </xsl:apply-templates>
      <xsl:apply-templates select="b:version" mode="text-field">
        <xsl:with-param name="label" select="f:t('col.version')"/>
      </xsl:apply-templates>
      <xsl:apply-templates select="b:ob-name" mode="text-field">
        <xsl:with-param name="label" select="f:t('label.ob-name')"/>
      </xsl:apply-templates>
      <xsl:apply-templates select="b:ob-id" mode="text-field">
        <xsl:with-param name="label" select="f:t('label.ob-id')"/>
      </xsl:apply-templates>
      <xsl:apply-templates select="b:adapter" mode="text-field">
        <xsl:with-param name="label" select="f:t('label.adapter')"/>
      </xsl:apply-templates>
      <xsl:call-template name="field">
        <xsl:with-param name="label" select="f:t('label.groups')"/>
        <xsl:with-param name="value">
          <xsl:call-template name="groups"/>
        </xsl:with-param>
      </xsl:call-template>
      <xsl:call-template name="field">
        <xsl:with-param name="label" select="f:t('label.rpo')"/>
        <xsl:with-param name="value" select="f:span(b:rpo-seconds, 1)"/>
      </xsl:call-template>
      <xsl:call-template name="field">
        <xsl:with-param name="label" select="f:t('label.data-age')"/>
        <xsl:with-param name="value" select="f:span(b:data-age-seconds, 1)"/>
      </xsl:call-template>
    </dl>
  </xsl:template>

  <!-- Its rows on the tabs. -->
  <xsl:template name="cluster-links">
    <xsl:variable name="only" select="concat('cluster-id=', b:id,
        f:params-of($person-names))"/>
    <p class="links">
      <a href="{$base}data?range=7d&amp;{$only}">
        <xsl:value-of select="f:t('cluster.data')"/>
      </a>
      <xsl:text> </xsl:text>
      <a href="{$base}log?{$only}">
        <xsl:value-of select="f:t('cluster.log')"/>
      </a>
      <xsl:text> </xsl:text>
      <a href="{$base}cleanup?range=7d&amp;{$only}">
        <xsl:value-of select="f:t('cluster.cleanup')"/>
      </a>
      <xsl:text> </xsl:text>
      <a href="{$base}second?range=7d&amp;{$only}">
        <xsl:value-of select="f:t('cluster.second')"/>
      </a>
    </p>
  </xsl:template>

  <xsl:template name="cluster-tenants">
    <h2 id="tenants">
      <xsl:value-of select="f:t1('cluster.tenants',
          count(b:tenants/b:tenant))"/>
    </h2>
    <xsl:if test="b:tenants/b:tenant">
      <div class="scroll">
        <table class="list tenants">
          <caption class="vh"><xsl:value-of select="f:t('col.tenants')"/></caption>
          <thead>
            <tr>
              <xsl:call-template name="heads">
                <xsl:with-param name="keys" select="'col.tenant label.role
                    label.log-mode col.last-full col.last-incremental
                    col.latest label.restorable col.log-backup'"/>
                <xsl:with-param name="sorted" select="''"/>
              </xsl:call-template>
              <xsl:if test="$tenant-acts">
                <xsl:call-template name="heads">
                  <xsl:with-param name="keys" select="'col.actions'"/>
                  <xsl:with-param name="sorted" select="''"/>
                </xsl:call-template>
              </xsl:if>
            </tr>
          </thead>
          <tbody>
            <xsl:apply-templates select="b:tenants/b:tenant" mode="row"/>
          </tbody>
        </table>
      </div>
    </xsl:if>
    <xsl:if test="not(b:tenants/b:tenant)">
      <div class="empty">
        <p><xsl:value-of select="f:t('cluster.no-tenants')"/></p>
      </div>
    </xsl:if>
  </xsl:template>

  <xsl:template match="b:tenant" mode="row">
    <tr>
      <th scope="row" class="c">
        <xsl:apply-templates select="b:name" mode="text"/>
        <small><xsl:value-of select="concat('ID ', b:ob-id)"/></small>
      </th>
      <td data-l="{f:t('label.role')}"><xsl:value-of select="b:role"/></td>
      <td data-l="{f:t('label.log-mode')}">
        <xsl:value-of select="b:log-mode"/>
      </td>
      <td data-l="{f:t('col.last-full')}">
        <xsl:apply-templates select="b:last-full" mode="time-ago"/>
        <xsl:if test="not(b:last-full)"><xsl:call-template name="never"/></xsl:if>
      </td>
      <td data-l="{f:t('col.last-incremental')}">
        <xsl:apply-templates select="b:last-incremental" mode="time-ago"/>
        <xsl:if test="not(b:last-incremental)">
          <xsl:call-template name="none"/>
        </xsl:if>
      </td>
      <td data-l="{$label-latest}">
        <xsl:apply-templates select="b:latest-backup-time" mode="time-ago"/>
        <xsl:if test="not(b:latest-backup-time)">
          <xsl:call-template name="none"/>
        </xsl:if>
      </td>
      <td data-l="{$label-restorable}">
        <xsl:call-template name="restorable"/>
      </td>
      <td class="s" data-l="{f:t('col.log-backup')}">
        <xsl:call-template name="tenant-log"/>
      </td>
      <xsl:if test="$tenant-acts">
        <td class="a" data-l="{$label-actions}">
          <xsl:call-template name="tenant-backup"/>
        </td>
      </xsl:if>
    </tr>
  </xsl:template>

  <!-- A backup of this tenant at once, or the command that is under way. -->
  <xsl:template name="tenant-backup">
    <xsl:variable name="cluster" select="../../b:id"/>
    <xsl:if test="$operator and b:actions/b:backup and not(b:command[
                  @state = 'REQUESTED' or @state = 'RUNNING'])">
      <a class="act" href="{$base}clusters/{$cluster}/backup?tenant-name={
          str:encode-uri(string(b:name), true())}{f:params-of($person-names)}">
        <xsl:value-of select="f:t('action.backup')"/>
        <span class="vh"><xsl:value-of select="concat(' ', b:name)"/></span>
      </a>
    </xsl:if>
    <xsl:apply-templates select="b:command" mode="note"/>
  </xsl:template>

  <xsl:variable name="tenant-acts" select="/b:cluster/b:tenants/b:tenant/b:command
      or $operator and /b:cluster/b:tenants/b:tenant/b:actions"/>

  <!-- Red only where the cluster is at risk for it: a standby tenant need not
       have any. -->
  <xsl:template name="never">
    <span>
      <xsl:if test="../../b:risk[@kind = 'DATA_NEVER']/b:tenant/@id = @id">
        <xsl:attribute name="class">late</xsl:attribute>
      </xsl:if>
      <xsl:value-of select="f:t('data.never')"/>
    </span>
  </xsl:template>

  <xsl:template name="restorable">
    <xsl:choose>
      <xsl:when test="b:restorable-from or b:restorable-to">
        <xsl:apply-templates select="b:restorable-from" mode="time"/>
        <xsl:text> – </xsl:text>
        <xsl:apply-templates select="b:restorable-to" mode="time"/>
      </xsl:when>
      <xsl:otherwise><xsl:call-template name="none"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="tenant-log">
    <xsl:choose>
      <xsl:when test="b:log-id">
        <a href="{$base}log/{b:log-id}{$keep}">
          <xsl:call-template name="status">
            <xsl:with-param name="kind" select="'log'"/>
          </xsl:call-template>
        </a>
      </xsl:when>
      <xsl:otherwise>
        <span class="st quiet"><xsl:value-of select="f:t('log.none')"/></span>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

</xsl:stylesheet>
