<!-- links.xsl: builds addresses from the query's own parameters. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:str="http://exslt.org/strings"
    xmlns:func="http://exslt.org/functions"
    xmlns:f="urn:nginx-backup-tasks:sheet"
    xmlns:b="urn:nginx-backup-tasks:1"
    extension-element-prefixes="str func f"
    exclude-result-prefixes="b">

  <xsl:variable name="view" select="string(/*/b:query/@view)"/>
  <xsl:variable name="self" select="string(/*/b:link[@rel = 'self']/@href)"/>
  <!-- The page's own path without its query. -->
  <xsl:variable name="path"
      select="substring-before(concat($self, '?'), '?')"/>

  <!-- What every link of the page carries on. -->
  <xsl:variable name="person-names" select="'tz lang layout'"/>
  <xsl:variable name="common-names"
      select="concat('cluster tenant cluster-id tenant-name group size ',
                     $person-names)"/>
  <!-- "" or "?tz=…" for a single document. -->
  <xsl:variable name="keep" select="f:first(f:params-of($person-names))"/>
  <!-- "" or "&…" for a list of another kind, without its range. -->
  <xsl:variable name="common" select="f:params-of($common-names)"/>

  <!-- "&name=value…" of the parameters named in a list of words. -->
  <func:function name="f:params-of">
    <xsl:param name="names"/>
    <xsl:variable name="words" select="concat(' ', $names, ' ')"/>
    <func:result select="f:params(/*/b:query/*[contains($words,
        concat(' ', local-name(), ' '))])"/>
  </func:function>

  <!-- "&name=value…" of all parameters but those named. -->
  <func:function name="f:params-but">
    <xsl:param name="names"/>
    <xsl:variable name="words" select="concat(' ', $names, ' ')"/>
    <func:result select="f:params(/*/b:query/*[not(contains($words,
        concat(' ', local-name(), ' ')))])"/>
  </func:function>

  <func:function name="f:params">
    <xsl:param name="nodes"/>
    <xsl:variable name="text">
      <xsl:for-each select="$nodes">
        <xsl:value-of select="concat('&amp;', local-name(), '=',
            str:encode-uri(string(.), true()))"/>
      </xsl:for-each>
    </xsl:variable>
    <func:result select="string($text)"/>
  </func:function>

  <!-- A text as the value of a parameter. -->
  <func:function name="f:encoded">
    <xsl:param name="text"/>
    <func:result select="str:encode-uri(string($text), true())"/>
  </func:function>

  <!-- Turns the leading & of a parameter text into the ? of an address. -->
  <func:function name="f:first">
    <xsl:param name="params"/>
    <xsl:choose>
      <xsl:when test="$params = ''"><func:result select="''"/></xsl:when>
      <xsl:otherwise>
        <func:result select="concat('?', substring($params, 2))"/>
      </xsl:otherwise>
    </xsl:choose>
  </func:function>

  <!-- A page under the base; params as "&a=b…". -->
  <func:function name="f:page">
    <xsl:param name="path"/>
    <xsl:param name="params"/>
    <func:result select="concat($base, $path, f:first($params))"/>
  </func:function>

  <!-- This list again, some parameters left out, others ("&a=b…") added. -->
  <func:function name="f:again">
    <xsl:param name="without"/>
    <xsl:param name="add"/>
    <func:result
        select="concat($path, f:first(concat($add, f:params-but($without))))"/>
  </func:function>

  <!-- The query's parameters as hidden fields, but those named. -->
  <xsl:template name="hidden-but">
    <xsl:param name="names"/>
    <xsl:variable name="words" select="concat(' ', $names, ' ')"/>
    <xsl:for-each select="/*/b:query/*[not(contains($words,
        concat(' ', local-name(), ' ')))]">
      <input type="hidden" name="{local-name()}" value="{.}"/>
    </xsl:for-each>
  </xsl:template>

</xsl:stylesheet>
