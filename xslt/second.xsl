<!-- second.xsl: second backups, of all tasks or of one. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:str="http://exslt.org/strings"
    xmlns:f="urn:nginx-backup-tasks:sheet"
    xmlns:b="urn:nginx-backup-tasks:1"
    extension-element-prefixes="f str"
    exclude-result-prefixes="b">

  <xsl:template match="b:second-backups" mode="title">
    <xsl:choose>
      <xsl:when test="$view = 'data-second'">
        <xsl:value-of select="f:t1('second.of', substring-before(
            substring-after($path, concat($base, 'data/')), '/'))"/>
      </xsl:when>
      <xsl:otherwise><xsl:value-of select="f:t('nav.second')"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="b:second-backups" mode="main">
    <xsl:call-template name="second-crumbs"/>
    <xsl:call-template name="plain-head">
      <xsl:with-param name="with-range" select="$view = 'second'"/>
    </xsl:call-template>
    <xsl:if test="$view = 'second'">
      <xsl:apply-templates select="b:health"/>
      <xsl:call-template name="filter">
        <xsl:with-param name="kind" select="'second'"/>
        <xsl:with-param name="fields" select="'cluster tenant kind'"/>
      </xsl:call-template>
    </xsl:if>
    <xsl:call-template name="running-earlier"/>
    <xsl:choose>
      <xsl:when test="b:backups/b:second-backup">
        <xsl:call-template name="second-table"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:call-template name="empty">
          <xsl:with-param name="what" select="'second'"/>
        </xsl:call-template>
      </xsl:otherwise>
    </xsl:choose>
    <xsl:call-template name="foot"/>
  </xsl:template>

  <xsl:template name="second-crumbs">
    <xsl:if test="$view = 'data-second'">
      <xsl:call-template name="crumbs">
        <xsl:with-param name="list" select="'data'"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>

  <xsl:template name="second-table">
    <div class="scroll">
      <table class="list second">
        <caption class="vh"><xsl:value-of select="f:t('nav.second')"/></caption>
        <colgroup>
          <col class="w-id"/><col class="w-kind"/><col class="w-cluster"/>
          <col class="w-set"/><col class="w-time"/><col class="w-time"/><col/>
          <col class="w-status"/><col class="w-actions"/>
        </colgroup>
        <thead>
          <tr>
            <xsl:call-template name="heads">
              <xsl:with-param name="keys" select="'col.id col.kind col.cluster
                  col.backup-set col.start-time col.end-or-latest
                  col.directory col.status col.first'"/>
            </xsl:call-template>
          </tr>
        </thead>
        <tbody>
          <xsl:apply-templates select="b:backups/b:second-backup" mode="row"/>
        </tbody>
      </table>
    </div>
  </xsl:template>

  <xsl:template match="b:second-backup" mode="row">
    <xsl:variable name="tone" select="f:record-tone('second', .)"/>
    <tr id="s{b:id}" class="{$tone}">
      <th scope="row" class="id">
        <a href="{$base}second/{b:id}{$keep}"><xsl:value-of select="b:id"/></a>
      </th>
      <td data-l="{f:t('col.kind')}">
        <xsl:value-of select="f:word('kind', b:kind)"/>
      </td>
      <td class="c">
        <xsl:call-template name="cluster"/>
      </td>
      <td class="num inline" data-l="{$label-set}">
        <xsl:call-template name="set-link"/>
      </td>
      <td data-l="{$label-start}">
        <xsl:apply-templates select="b:start-time" mode="time-ago"/>
        <xsl:if test="not(b:start-time)">
          <xsl:call-template name="none"/>
        </xsl:if>
      </td>
      <td data-l="{f:t('col.end-or-latest')}">
        <xsl:apply-templates select="(b:end-time | b:latest-backup-time)[1]"
            mode="time"/>
        <xsl:if test="not(b:end-time | b:latest-backup-time)">
          <xsl:call-template name="none"/>
        </xsl:if>
      </td>
      <td class="dir" data-l="{$label-directory}">
        <xsl:for-each select="b:storage-directory">
          <code><xsl:apply-templates select="." mode="text"/></code>
        </xsl:for-each>
      </td>
      <td class="s">
        <xsl:call-template name="state">
          <xsl:with-param name="kind" select="'second'"/>
          <xsl:with-param name="tone" select="$tone"/>
          <xsl:with-param name="cause-href"
              select="concat($base, 'second/', b:id, $keep, '#cause')"/>
        </xsl:call-template>
      </td>
      <td data-l="{f:t('col.first')}">
        <xsl:call-template name="first-link"/>
      </td>
    </tr>
  </xsl:template>

  <!-- A set's number, linked to all data tasks of the set in the 30 days
       after it began; from 4.x on each tenant counts its own sets. -->
  <xsl:template name="set-link">
    <xsl:variable name="tenant">
      <xsl:if test="b:tenant">
        <xsl:value-of select="concat('&amp;tenant-name=',
            str:encode-uri(string(b:tenant), true()))"/>
      </xsl:if>
    </xsl:variable>
    <xsl:choose>
      <xsl:when test="b:backup-set-id">
        <a href="{f:page('data', concat(f:days-around(b:start-time),
            '&amp;cluster-id=', b:cluster/@id, $tenant, '&amp;backup-set=',
            b:backup-set-id, f:params-of($person-names)))}">
          <xsl:value-of select="b:backup-set-id"/>
        </a>
      </xsl:when>
      <xsl:otherwise><xsl:call-template name="none"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- The task or the log backup that was copied. -->
  <xsl:template name="first-link">
    <xsl:variable name="list">
      <xsl:choose>
        <xsl:when test="b:kind = 'LOG'">log</xsl:when>
        <xsl:otherwise>data</xsl:otherwise>
      </xsl:choose>
    </xsl:variable>
    <xsl:if test="b:task-id">
      <a href="{$base}{$list}/{b:task-id}{$keep}">
        <xsl:value-of select="b:task-id"/>
      </a>
    </xsl:if>
    <xsl:if test="not(b:task-id)"><xsl:call-template name="none"/></xsl:if>
  </xsl:template>

</xsl:stylesheet>
