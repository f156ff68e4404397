using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Codegen.Generation.Models.Privacy;
using EdgeMesh.Hub.Codegen.Generation.Models.Prompts;
using EdgeMesh.Hub.Codegen.Templates;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Hub.Tests.Codegen.Models;

/// <summary>What leaves the house. Nothing private, and what comes back is whole again.</summary>
public sealed class RedactionTests
{
    private static readonly string[] Names = ["villa-rosa", "porch2", "Grete Muster", "attic_cam", "kitchen", "garage"];

    [Theory]
    [InlineData("mail grete.muster+x@example.org when it opens", "grete.muster")]
    [InlineData("post it to https://hooks.example.com/a/b?c=d every hour", "hooks.example.com")]
    [InlineData("publish to mqtt://broker.myhouse.net:1883", "myhouse")]
    [InlineData("the broker is nas.fritz.box", "fritz")]
    [InlineData("c = MQTTClient('id', 'broker.plumbing')", "broker.plumbing")]
    [InlineData("connect to time.example.com", "example.com")]
    [InlineData("call +49 170 1234567 on alarm", "170")]
    [InlineData("call 0170/1234567 on alarm", "1234567")]
    [InlineData("call (555) 123-4567 on alarm", "123-4567")]
    [InlineData("ping 192.168.178.20 every minute", "192.168.178.20")]
    [InlineData("ping 192.168.178.20:8080", "178.20")]
    [InlineData("ping fe80::1ff:fe23:4567:890a", "fe80")]
    [InlineData("ping 2001:db8::1", "2001:db8")]
    [InlineData("only for AA:BB:CC:DD:EE:0F", "CC:DD")]
    [InlineData("only for aa-bb-cc-dd-ee-0f", "cc-dd")]
    [InlineData("only for aabb.ccdd.ee0f", "ccdd")]
    [InlineData("the sensor with a4cf12f03b9e", "a4cf12f03b9e")]
    [InlineData("the house is at 52.520008, 13.404954", "52.52")]
    [InlineData("latitude: 52.52", "52.52")]
    [InlineData("at 52°31'12\"N 13°24'18\"E", "31'12")]
    [InlineData("the wifi is called Sunshine Terrace, read pin 4", "Sunshine Terrace")]
    [InlineData("ssid = \"Sunshine\"", "Sunshine")]
    [InlineData("wlan.connect('Sunshine', 'hunter2!')", "hunter2")]
    [InlineData("wlan.connect('Sunshine', 'hunter2!')", "Sunshine")]
    [InlineData("the wifi password is correct horse battery staple, then read pin 4", "staple")]
    [InlineData("password=\"p'w\"", "p'w")]
    [InlineData("the password hunter2 opens it", "hunter2")]
    [InlineData("api_key: abc", "abc")]
    [InlineData("token = 'abc'", "abc")]
    [InlineData("use sk-proj4Zx9Qw", "4Zx9Qw")]
    [InlineData("use AKIAIOSFODNN7EXAMPLE", "IOSFOD")]
    [InlineData("use 9f86d081884c7d659a2feaa0c55ad015", "9f86d0")]
    [InlineData("use dGhpcyBpcyBhIHNlY3JldCBrZXk=", "dGhpcyBp")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----", "MIIB")]
    [InlineData("read the DHT22 of Villa Rosa", "Rosa")]
    [InlineData("read the DHT22 of VILLA_ROSA", "ROSA")]
    [InlineData("when porch2 is warm", "porch2")]
    [InlineData("porch2_relay = 1; myPorch2 = 3", "orch2")]
    [InlineData("tell grete muster", "muster")]
    [InlineData("attic cam", "attic")]
    [InlineData("join the network FRITZ!Box 7590 with WPA key 12345678901234567890", "1234567890")]
    [InlineData("connect with the key 1234567890123456", "1234567890")]
    [InlineData("connect with 1234 5678 9012 3456 7890", "5678")]
    [InlineData("connect with 12345-67890-12345-67890", "67890")]
    [InlineData("connect with 1234.5678.9012.3456", "5678")]
    [InlineData("use pins 12 13 1234 5678 9012 3456", "9012")]
    [InlineData("the WPA2-PSK key is sunflower, then read pin 4", "sunflower")]
    [InlineData("wifi with wpa2: sunflowers", "sunflowers")]
    [InlineData("wep a1b2c", "a1b2c")]
    [InlineData("WPA-Schlüssel lautet Sommer2019", "Sommer2019")]
    [InlineData("the key for the guest network is summer2019", "summer2019")]
    [InlineData("with the key a1b2 c3d4 e5f6 g7h8", "c3d4")]
    [InlineData("with the key correcthorsebattery", "horse")]
    [InlineData("my_key = 'summer!2019'", "summer")]
    [InlineData("kitchen sends to garage", "kitchen")]
    [InlineData("kitchen sends to garage", "garage")]
    [InlineData("p = '\\x68unter22'; password = 'hunter22'", "unter22")]
    [InlineData("password = '\\x68unter22'; p = 'hunter22'", "unter22")]
    [InlineData("send('\\x76\\x69lla-rosa')", "lla-rosa")]
    [InlineData("send('\\u0056illa\\u005fRosa')", "illa")]
    [InlineData("send('\\166illa rosa')", "illa")]
    [InlineData("{\"text\":\"send('\\\\x76illa-rosa')\"}", "illa")]
    [InlineData("{\"text\":\"password = \\\"p w\\\"\"}", "p w")]
    [InlineData("ping 192\\x2e168\\x2e1\\u002e7", "168")]
    public void What_is_private_is_taken_out_and_given_back(string text, string secret)
    {
        Redaction redaction = new(Names);
        Result<string> redacted = redaction.Redact(text);
        Assert.True(redacted.IsOk, redacted.Error?.Message);
        Assert.DoesNotContain(secret, redacted.Value, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(text, redaction.Restore(redacted.Value));
    }

    [Theory]
    [InlineData("read the DHT22 on pin 4 every 30 s, publish temperature and humidity, and switch the relay on pin 26 on above 28.5 °C")]
    [InlineData("use pins 12 13 14 15 16 and 17, dim to 50 % between 22:00 and 06:30, 3.3V, 0.25 A, 1.5 min, 1/2 minute")]
    [InlineData("sample at 4 kHz; the I2C address is 0x76, registers 0xD0 to 0xE1, SPI mode 3, 115200 baud")]
    [InlineData("turn on the LED while the wifi is down, and the network is slow. Then blink.")]
    [InlineData("when the light falls below 300 lux for 10 minutes, except at night")]
    [InlineData("publish under the key temperature, use the keys humidity and pressure, and read the key switch on pin 4")]
    [InlineData("use pins 12 13 14 15 16 17 18 19 21 22 and write '\\x00\\x1b[0m\\n' to the display")]
    public void An_ordinary_request_stays_as_it_is(string request) => Assert.Equal(request, new Redaction(Names).Redact(request).Value);

    [Fact]
    public void Programs_of_templates_stay_as_they_are()
    {
        foreach (Template template in TemplateLibrary.Shipped.Templates)
        {
            string program = NearTemplates.Program(template, Board.Find("esp32")!);
            string redacted = new Redaction(Names).Redact(program).Value;
            Assert.True(program == redacted, $"{template.Name}: {string.Join('\n', redacted.Split('\n').Except(program.Split('\n')))}");
        }
    }

    [Fact]
    public void Ids_of_devices_are_private_also_where_they_are_words_and_a_site_that_is_one_tells_nothing()
    {
        Redaction redaction = new(PrivateNames.Of("house", ["relay", "4"], ["pump"]));
        Assert.Equal("switch the PRIVATE_NAME_001 of the PRIVATE_NAME_002 on pin 4", redaction.Redact("switch the relay of the pump on pin 4").Value);
        Assert.DoesNotContain("relay", PrivateNames.Of("relay", [], []));
    }

    [Theory]
    [InlineData("mail grete＠example.org")]
    [InlineData("mail gre\u200bte@example\u200b.org, not 192.168\u200b.1.1")]
    [InlineData("the villa\u200b-ro\u00adsa")]
    [InlineData("ping 192。168。1。10")]
    [InlineData("ping 192.168\u200b.1.1")]
    [InlineData("ping '192.168\\\\u200b.1.1'")]
    [InlineData("ping '192.168＼x2e1.1'")]
    [InlineData("\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\x68")]
    public void What_is_spelt_in_other_signs_is_not_sent_at_all(string text) =>
        Assert.Equal(ErrorCodes.RedactionIncomplete, new Redaction(Names).Redact(text).Error?.Code);

    [Theory]
    [InlineData("ping １９２.１６８.１.１０")]
    [InlineData("ping ١٩٢.١٦٨.١.١٠")]
    public void Digits_of_other_scripts_are_digits(string text) => Assert.Equal("ping PRIVATE_IP_001", new Redaction(Names).Redact(text).Value);

    [Fact]
    public void The_same_thing_has_the_same_placeholder_in_the_whole_conversation()
    {
        Redaction redaction = new([]);
        string first = redaction.Redact("ping 192.168.1.7 and 192.168.1.8").Value;
        Assert.Equal("ping PRIVATE_IP_001 and PRIVATE_IP_002", first);
        Assert.Equal("PRIVATE_IP_002", redaction.Redact("192.168.1.8").Value);
    }

    [Fact]
    public void A_placeholder_that_a_request_has_already_comes_back_as_it_was_and_gives_nothing_away()
    {
        Redaction redaction = new([]);
        string redacted = redaction.Redact("PRIVATE_IP_002 PRIVATE_TEXT_001 and 10.0.0.1").Value;
        Assert.Equal("PRIVATE_IP_002 PRIVATE_TEXT_001 and 10.0.0.1", redaction.Restore(redacted));
        Assert.DoesNotContain("10.0.0.1", redacted);
    }

    [Fact]
    public void A_placeholder_that_the_model_made_up_is_told()
    {
        Redaction redaction = new([]);
        _ = redaction.Redact("10.0.0.1");
        Assert.Null(redaction.Unknown(redaction.Restore("host = 'PRIVATE_IP_001'")));
        Assert.Equal("PRIVATE_IP_007", redaction.Unknown(redaction.Restore("host = 'PRIVATE_IP_007'")));
    }

    [Fact]
    public void More_than_there_are_placeholders_for_is_not_sent()
    {
        string many = string.Join(' ', Enumerable.Range(0, 1100).Select(i => $"10.1.{i / 250}.{i % 250}"));
        Assert.Equal(ErrorCodes.RedactionIncomplete, new Redaction([]).Redact(many).Error?.Code);
    }

    [Fact]
    public void Whatever_stands_around_them_no_secret_remains_and_the_text_comes_back()
    {
        int sent = 0;
        for (int seed = 0; seed < 600; seed++)
        {
            Random random = new(seed);
            List<string> secrets = [];
            StringBuilder text = new();
            for (int i = random.Next(1, 12); i > 0; i--)
            {
                text.Append(Filler(random));
                if (random.Next(2) == 0)
                {
                    (string said, string secret) = Secret(random);
                    secrets.Add(secret);
                    text.Append(random.Next(3) == 0 ? Escaped(random, said, secret) : said);
                }
            }

            Redaction redaction = new(Names);
            Result<string> redacted = redaction.Redact(text.ToString());
            if (redacted.IsOk)
            {
                sent++;
                string read = Unescaped.Of(redacted.Value)[^1].Text;
                Assert.All(secrets, s => Assert.False(read.Contains(s, StringComparison.OrdinalIgnoreCase), $"seed {seed}: {s} is in {redacted.Value}"));
                Assert.Equal(text.ToString(), redaction.Restore(redacted.Value));
            }
        }

        Assert.InRange(sent, 590, 600);
    }

    [Theory]
    [InlineData("1.2345", " ", "")]
    [InlineData("", "token=", "")]
    [InlineData("password is ", "a ", "\"")]
    [InlineData("", "a.", "a@")]
    [InlineData("", "00", "x")]
    [InlineData("", "1 ", "x")]
    [InlineData("", "key ", "x")]
    [InlineData("key for ", "a ", "")]
    [InlineData("wpa ", "a1 ", "")]
    [InlineData("", "\\", "x68")]
    [InlineData("", "\\x68", "")]
    public void A_text_that_is_made_to_be_slow_is_not_looked_through_for_ever(string before, string piece, string after)
    {
        string text = before + string.Concat(Enumerable.Repeat(piece, 24_000 / piece.Length)) + after;
        Redaction redaction = new([]);
        System.Diagnostics.Stopwatch clock = System.Diagnostics.Stopwatch.StartNew();
        Result<string> redacted = redaction.Redact(text);
        Assert.True(!redacted.IsOk || redaction.Restore(redacted.Value) == text);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void Any_text_at_all_comes_back_or_is_not_sent()
    {
        for (int seed = 0; seed < 600; seed++)
        {
            Random random = new(seed);
            string signs = "aZ09 .,:;-_@/+='\"()\n\t°«é١９\u200b\ud83d\\\\\\xu068nPRIVATE_IP_001";
            string text = string.Concat(Enumerable.Range(0, random.Next(120)).Select(_ => signs[random.Next(signs.Length)]));
            Redaction redaction = new(Names);
            Result<string> redacted = redaction.Redact(text);
            Assert.True(!redacted.IsOk || redaction.Restore(redacted.Value) == text, $"seed {seed}: {text}");
        }
    }

    // Some of the secret's signs, or all, as Python and JSON escape them, once or twice.
    private static string Escaped(Random random, string said, string secret)
    {
        StringBuilder escaped = new();
        foreach (char c in secret)
        {
            escaped.Append(random.Next(4) switch
            {
                0 => FormattableString.Invariant($"\\x{(int)c:x2}"),
                1 => FormattableString.Invariant($"\\u{(int)c:X4}"),
                2 => FormattableString.Invariant($"\\\\x{(int)c:x2}"),
                _ => c.ToString(),
            });
        }

        return said.Replace(secret, escaped.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    private static string Filler(Random random)
    {
        string[] fillers = [" read the sensor on pin 4, ", " and then ", ". ", "\n", " = '", "', ", " (", ") ", " every 30 s; ", " while it is above 28 °C ", ", ", " – ", " relay.on() "];
        return fillers[random.Next(fillers.Length)] is var filler && char.IsWhiteSpace(filler[^1]) ? filler : filler + " ";
    }

    private static (string Said, string Secret) Secret(Random random)
    {
        string Word(int length, string of = "abcdefghijklmnopqrstuvwxyz") => string.Concat(Enumerable.Range(0, length).Select(_ => of[random.Next(of.Length)]));
        string Number(int max) => random.Next(1, max).ToString(System.Globalization.CultureInfo.InvariantCulture);
        const string Mixed = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
        switch (random.Next(15))
        {
            case 12:
                string digits = string.Join(random.Next(3) switch { 0 => "", 1 => " ", _ => "-" }, Enumerable.Range(0, random.Next(4, 7)).Select(_ => Word(4, "0123456789")));
                return (digits, digits);
            case 13:
                string key = Word(random.Next(8, 30), Mixed) + "7";
                string[] labels = ["WPA key ", "wpa2: ", "WEP-key is ", "psk=", "the key ", "passphrase "];
                return (labels[random.Next(labels.Length)] + key, key);
            case 14:
                return random.Next(2) == 0 ? ("kitchen", "kitchen") : ("Garage", "garage");
            case 0:
                string mail = $"{Word(7)}.{Word(5)}@{Word(8)}.example";
                return (mail, mail);
            case 1:
                string host = $"{Word(6)}.{Word(7)}.{(random.Next(2) == 0 ? "net" : "lan")}";
                return ($"https://{host}/{Word(5)}?q={Word(4)}", host);
            case 2:
                string name = $"{Word(9)}.{(random.Next(2) == 0 ? "local" : "de")}";
                return (name, name);
            case 3:
                string ip = $"10.{Number(256)}.{Number(256)}.{Number(256)}";
                return (ip, ip);
            case 4:
                string mac = string.Join(':', Enumerable.Range(0, 6).Select(_ => random.Next(256).ToString("x2", System.Globalization.CultureInfo.InvariantCulture)));
                return (mac, mac);
            case 5:
                string phone = $"+49 {random.Next(150, 180)} {random.Next(1_000_000, 9_999_999)}";
                return (phone, phone);
            case 6:
                string place = $"{random.Next(10, 60)}.{random.Next(10_000, 99_999)}, {random.Next(10, 60)}.{random.Next(10_000, 99_999)}";
                return (place, place);
            case 7:
                string token = Word(20, Mixed) + "7";
                return (token, token);
            case 8:
                string password = Word(9, Mixed);
                return ($"password is \"{password}\"", password);
            case 9:
                string network = Word(8, Mixed);
                return ($"ssid='{network}'", network);
            case 10:
                string six = $"2001:db8:{random.Next(0x1000, 0xffff):x}::{random.Next(0x1000, 0xffff):x}";
                return (six, six);
            default:
                string known = Names[random.Next(Names.Length)];
                return (known.ToUpperInvariant(), known);
        }
    }
}
