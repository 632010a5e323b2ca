package com.craftyverse.recsys.sample;

import java.util.HashSet;
import java.util.Set;

/// A generator of readable, unique titles in MovieLens' form: a leading article moves to the end, and the
/// year follows in parentheses, as in `Harbour of Salt, The (1994)`.
final class Titles {
  private static final String[] ADJECTIVES =
      words(
          "Amber Ancient Ashen Autumn Borrowed Brazen Brittle Broken Burning Careful Clockwork"
              + " Cobalt Copper Coral Crooked Curious Dappled Distant Drowsy Dusty Early Eastern"
              + " Electric Empty Endless Faded Faithful Feathered Final Folded Forgotten Fourth"
              + " Fragile Frozen Gentle Gilded Glass Granite Greedy Grey Half-Lit Hasty"
              + " Hollow Honest Hungry Idle Inland Iron Ivory Jagged Jolly Lacquered Last Late Lazy"
              + " Linen Little Lonely Lucky Lunar Marbled Midnight Mild Misplaced Modest Moonlit"
              + " Muddy Narrow Nervous Nimble Northern Oblique Obstinate Opal Orderly Painted Pale"
              + " Paper Patient Pewter Polite Porcelain Quarrelsome Quiet Radiant Reckless Restless"
              + " Roaming Rusty Salted Scarlet Second Secret Seventh Shallow Shy Silent Silken"
              + " Silver Sleepless Slender Smoky Solitary Southern Spiral Stubborn Sudden Sunken"
              + " Tangled Tender Thirsty Thirteenth Threadbare Timid Tin Uncertain Unfinished"
              + " Unlikely Unquiet Upright Vagrant Velvet Wandering Wary Weathered Western"
              + " Whispering Wicker Wild Winding Winter Wooden Woollen Yellow Yearning Zealous");

  private static final String[] NOUNS =
      words(
          "Accordion Acrobat Almanac Alphabet Anchor Apothecary Apprentice Aqueduct Archivist"
              + " Armchair Astronomer Atlas Attic Baker Balcony Ballad Barometer Bellows Bicycle"
              + " Blacksmith Boathouse Bookbinder Botanist Bridge Cabinet Calendar Canal Candle"
              + " Caravan Cartographer Cellist Chandelier Chapel Chimney Choir Clarinet Clocktower"
              + " Cobbler Compass Comet Conductor Corridor Courier Courtyard Cradle Croft"
              + " Dictionary Diver Drummer Dune Echo Engraver Envelope Equation Errand Estuary"
              + " Falconer Ferryman Festival Fiddle Fountain Foundry Gardener Garland Gazebo"
              + " Geologist Glacier Gondola Granary Greenhouse Hammock Harbour Harvest Hedgerow"
              + " Herald Horizon Hourglass Interpreter Island Jigsaw Junction Kettle Kiln Kite"
              + " Labyrinth Ladder Lagoon Lantern Lexicon Lighthouse Locksmith Loom Magnolia"
              + " Mandolin Mapmaker Marionette Meadow Melody Meridian Messenger Millpond Miner"
              + " Monsoon Mosaic Museum Navigator Notebook Oarsman Oboe Observatory Orchard"
              + " Organist Overcoat Papermill Parade Parasol Passenger Pendulum Phonograph Pilgrim"
              + " Pioneer Planetarium Postman Printer Promise Puzzle Quarry Quilt Railway Rainfall"
              + " Rehearsal Reservoir Riddle Rooftop Saddle Sailor Satchel Scarecrow Schoolhouse"
              + " Sculptor Seamstress Semaphore Shepherd Shipwright Signal Sonata Sparrow Staircase"
              + " Stationmaster Surveyor Tailor Tapestry Telegram Telescope Terrace Threshold"
              + " Tightrope Timetable Translator Trombone Tunnel Typist Umbrella Understudy Valley"
              + " Veranda Vineyard Violinist Waltz Warehouse Watchmaker Waterwheel Weaver"
              + " Windmill Wharf Workshop Xylophone Zeppelin");

  private static final String[] PLACES =
      words(
          "Aldermere Amberleigh Ardenvale Ashcombe Balmoraine Belrocca Bramwick Brennholt Caldmoor"
              + " Castelune Cinderford Corvenza Dalskär Dunmarrow Eastmere Elmsbury Estrelinha"
              + " Fallowby Farrowdale Fjellvik Galdoré Glenmorrow Grauwald Halversund Harrowgate"
              + " Hollowmere Ilmenau-Ost Islamar Jasperfield Karstholm Kestrelton Kingsbarrow"
              + " Lavendale Lindenau Lochmaree Marrowick Merrowport Mirandole Montclaire"
              + " Nettlebridge Norrholm Oakhurst Ostravia Pellworm Pinecrest Quillhaven Ravensmoor"
              + " Rosamarè Saltmarsh Santelmo Søndervik Stonebury Tarnhollow Tidewell Umbermoor"
              + " Valdoré Vesterhavn Whitcombe Windlesham Wolfsbrück Yarrowby Zelmora");

  private static final String[] NAMES =
      words(
          "Ada Agnes Albin Amara Anselm Astrid Basil Beatrix Bruno Cecily Clement Cosima Dagmar"
              + " Dmitri Edda Edwin Elif Emeric Farida Felix Fern Gideon Greta Hana Hector Hilda"
              + " Hugo Ines Ivo Jonas Josephine Juno Kaspar Katya Leopold Linnea Ludo Magda Malik"
              + " Mireille Nadia Nils Odette Olaf Orson Otilie Pavel Philippa Quentin Ramona Rufus"
              + " Sabine Selma Silas Soraya Tamsin Teodor Thea Tobias Ulla Ursula Viola Walter"
              + " Wanda Winifred Yusuf Zelda Zoltan");

  private static final String[] VERBS =
      words(
          "Catching Chasing Counting Crossing Dreaming Finding Following Forgetting Guarding Hiding"
              + " Leaving Mending Missing Naming Painting Reading Remembering Saving Stealing"
              + " Tracing Teaching Waiting Waking Watching");

  private static final String[] ROMANS = {"II", "III", "IV", "V"};

  private final Set<String> used = new HashSet<>();

  /// Returns a title that this object has not returned before.
  String next(SplitMix random, int year) {
    String suffix = " (" + year + ")";
    String title = invent(random);
    for (int attempt = 0; !used.add(title + suffix); attempt++) {
      title = invent(random);
      if (attempt > 20) {
        title += " " + ROMANS[random.nextInt(ROMANS.length)];
      }
    }
    return title + suffix;
  }

  private static String invent(SplitMix random) {
    String adjective = pick(ADJECTIVES, random);
    String noun = pick(NOUNS, random);
    String setting = pick(PLACES, random);
    String name = pick(NAMES, random);
    int pattern = random.nextInt(100);
    if (pattern < 24) {
      return adjective + " " + noun;
    }
    if (pattern < 44) {
      return adjective + " " + noun + ", The";
    }
    if (pattern < 47) {
      return noun + " at " + setting + ", The";
    }
    if (pattern < 55) {
      return noun + " of " + setting + ", The";
    }
    if (pattern < 61) {
      return noun + " and the " + pick(NOUNS, random) + ", The";
    }
    if (pattern < 67) {
      return article(adjective + " " + noun + " in " + setting);
    }
    if (pattern < 73) {
      return name + " and the " + adjective + " " + noun;
    }
    if (pattern < 78) {
      return name + "'s " + noun;
    }
    if (pattern < 83) {
      return pick(VERBS, random) + " the " + adjective + " " + noun;
    }
    if (pattern < 87) {
      return pick(VERBS, random) + " " + name;
    }
    if (pattern < 91) {
      return name + " in " + setting;
    }
    if (pattern < 94) {
      return name + ", " + pick(NAMES, random) + " and the " + noun;
    }
    if (pattern < 96) {
      return setting + ": The " + adjective + " " + noun;
    }
    if (pattern < 98) {
      return adjective + " " + noun + " " + (2 + random.nextInt(3));
    }
    if (pattern < 99) {
      return "\"" + noun + "\" Affair, The";
    }
    return "What Did the " + noun + " See in " + setting + "?";
  }

  private static String article(String phrase) {
    return phrase + ("AEIOU".indexOf(phrase.charAt(0)) >= 0 ? ", An" : ", A");
  }

  private static String pick(String[] words, SplitMix random) {
    return words[random.nextInt(words.length)];
  }

  private static String[] words(String line) {
    return line.split(" ", -1);
  }
}
