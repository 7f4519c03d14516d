<?xml version="1.0" encoding="UTF-8"?>
<!-- RSS or Atom feed -> a page that says what a feed is and lists its items. No script; the content of items stays on their pages. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:a="http://www.w3.org/2005/Atom"
  xmlns="http://www.w3.org/1999/xhtml" exclude-result-prefixes="a">
  <xsl:output method="html" encoding="UTF-8" doctype-system="about:legacy-compat"/>

  <xsl:template match="/">
    <html lang="en">
      <head>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        <title><xsl:value-of select="a:feed/a:title | rss/channel/title"/></title>
        <link rel="stylesheet" href="{substring-before(substring-after(processing-instruction('xml-stylesheet')[contains(., 'text/css')], 'href=&quot;'), '&quot;')}"/>
      </head>
      <body>
        <main>
          <p class="what">This is a feed: an address that a feed reader looks at for you. Copy the address of this page into yours.</p>
          <h1><xsl:value-of select="a:feed/a:title | rss/channel/title"/></h1>
          <p><xsl:value-of select="a:feed/a:subtitle | rss/channel/description"/></p>
          <p><a href="{a:feed/a:link[@rel = 'alternate']/@href | rss/channel/link}">The page this feed belongs to</a></p>
          <xsl:for-each select="(a:feed/a:link | rss/channel/a:link)[@rel = 'prev-archive']"><p><a href="{@href}">Older items</a></p></xsl:for-each>
          <xsl:if test="not(a:feed/a:entry | rss/channel/item)"><p>Nothing yet.</p></xsl:if>
          <xsl:apply-templates select="a:feed/a:entry | rss/channel/item"/>
        </main>
      </body>
    </html>
  </xsl:template>

  <xsl:template match="a:entry | item">
    <article>
      <h2><a href="{a:link[not(@rel) or @rel = 'alternate']/@href | link}"><xsl:value-of select="a:title | title"/></a></h2>
      <p class="when"><xsl:value-of select="substring(a:published, 1, 10)"/><xsl:value-of select="substring(pubDate, 6, 11)"/></p>
      <p><xsl:call-template name="plain"><xsl:with-param name="text" select="string(a:summary | description)"/></xsl:call-template></p>
    </article>
  </xsl:template>

  <!-- A summary is HTML that holds no element: only its character references have to be read. -->
  <xsl:template name="plain">
    <xsl:param name="text"/>
    <xsl:choose>
      <xsl:when test="contains($text, '&amp;lt;')">
        <xsl:call-template name="plain"><xsl:with-param name="text" select="substring-before($text, '&amp;lt;')"/></xsl:call-template>
        <xsl:text>&lt;</xsl:text>
        <xsl:call-template name="plain"><xsl:with-param name="text" select="substring-after($text, '&amp;lt;')"/></xsl:call-template>
      </xsl:when>
      <xsl:when test="contains($text, '&amp;gt;')">
        <xsl:call-template name="plain"><xsl:with-param name="text" select="substring-before($text, '&amp;gt;')"/></xsl:call-template>
        <xsl:text>&gt;</xsl:text>
        <xsl:call-template name="plain"><xsl:with-param name="text" select="substring-after($text, '&amp;gt;')"/></xsl:call-template>
      </xsl:when>
      <xsl:when test="contains($text, '&amp;amp;')">
        <xsl:value-of select="substring-before($text, '&amp;amp;')"/>
        <xsl:text>&amp;</xsl:text>
        <xsl:call-template name="plain"><xsl:with-param name="text" select="substring-after($text, '&amp;amp;')"/></xsl:call-template>
      </xsl:when>
      <xsl:otherwise><xsl:value-of select="$text"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>
</xsl:stylesheet>
