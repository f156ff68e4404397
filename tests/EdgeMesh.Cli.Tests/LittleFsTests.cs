using System.Security.Cryptography;
using EdgeMesh.Cli.Boards;

namespace EdgeMesh.Cli.Tests;

/// <summary>
/// Images of a board's file system. Such images, of the agent and of random trees, were mounted, read, written and read again by littlefs's own code of the
/// versions 2.0.0, 2.2.1, 2.5.1 and 2.11; here a reader written after its specification stands for it.
/// </summary>
public sealed class LittleFsTests
{
    private const long TwoMiB = 2 * 1024 * 1024;

    [Fact]
    public void What_is_written_is_read_whatever_the_tree()
    {
        for (int seed = 1; seed <= 200; seed++)
        {
            Dictionary<string, byte[]> files = RandomTree(seed);
            byte[]? image = LittleFsImage.Write(files.Select(f => (f.Key, f.Value)), TwoMiB, out string problem);
            Assert.True(image is not null, $"seed {seed}: {problem}");
            LittleFsReader reader = new(image);
            Dictionary<string, byte[]> read = reader.Read();
            Assert.Equal([0x0002_0000, 4096, 512, 255, int.MaxValue, 1022], reader.Superblock);
            Assert.Equal(files.Keys.Order(), read.Keys.Order());
            Assert.All(files, f => Assert.Equal(f.Value, read[f.Key]));
        }
    }

    [Fact]
    public void The_image_is_byte_for_byte_the_one_that_littlefs_itself_read()
    {
        byte[] image = LittleFsImage.Write(
            [("boot.py", "import edgemesh\n"u8.ToArray()), ("edgemesh/agent.py", [.. Enumerable.Range(0, 20_000).Select(i => (byte)i)]), ("edgemesh/__init__.py", [])],
            TwoMiB,
            out _)!;
        Assert.Equal("82e2ddcffaa3b2069756e16229ee941f3a3c14d21943cbb8a6f6afcdb73fc4ab", Convert.ToHexStringLower(SHA256.HashData(image)));
    }

    [Theory]
    [InlineData(4096 * 3)]
    [InlineData(4096 * 10 + 1)]
    [InlineData(0x1_0000_0000)]
    public void A_partition_that_littlefs_cannot_have_is_refused(long bytes)
    {
        Assert.Null(LittleFsImage.Write([], bytes, out string problem));
        Assert.Contains("whole blocks of 4096 bytes", problem);
    }

    [Fact]
    public void Files_that_do_not_fit_are_refused_with_how_much_they_take()
    {
        Assert.Null(LittleFsImage.Write([("big", new byte[40_000])], 8 * 4096, out string problem));
        Assert.Contains("take 49152 bytes", problem);
        Assert.NotNull(LittleFsImage.Write([("big", new byte[40_000])], 12 * 4096, out _));
    }

    [Fact]
    public void A_directory_that_takes_more_than_its_block_is_refused()
    {
        Assert.Null(LittleFsImage.Write(Enumerable.Range(0, 200).Select(i => ($"file-number-{i}", (byte[])[])), TwoMiB, out string problem));
        Assert.Contains("200", problem);
    }

    private static Dictionary<string, byte[]> RandomTree(int seed)
    {
        Random random = new(seed);
        string[] folders = ["", "lib/", "edgemesh/", "lib/umqtt/", "deep/b/c/"];
        string[] names = ["main.py", "boot.py", "Z", "a", "aa", "_", "größe.txt", "x.json", new string('n', 255)];
        Dictionary<string, byte[]> files = [];
        for (int i = random.Next(12); i > 0; i--)
        {
            // Sizes around those at which a block is full: 4096, and 4092 and 4088 more for the second and the third.
            int[] edges = [0, 1, 4095, 4096, 4097, 8188, 8189, 12276, 12277, random.Next(100_000)];
            byte[] content = new byte[edges[random.Next(edges.Length)]];
            random.NextBytes(content);
            files[folders[random.Next(folders.Length)] + names[random.Next(names.Length)]] = content;
        }

        return files;
    }
}
