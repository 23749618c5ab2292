#include "model/industries.h"

#include <algorithm>

namespace songhua {
namespace {

std::vector<Industry> table() {
  return {
      {"B", "采矿业", "Mining"},
      {"B06", "煤炭开采和洗选业", "Mining and washing of coal"},
      {"B07", "石油和天然气开采业", "Extraction of petroleum and natural gas"},
      {"B08", "黑色金属矿采选业", "Mining and processing of ferrous metal ores"},
      {"B09", "有色金属矿采选业", "Mining and processing of non-ferrous metal ores"},
      {"B10", "非金属矿采选业", "Mining and processing of non-metal ores"},
      {"B11", "开采专业及辅助性活动", "Support activities for mining"},
      {"B12", "其他采矿业", "Other mining"},
      {"C", "制造业", "Manufacturing"},
      {"C13", "农副食品加工业", "Processing of food from agricultural products"},
      {"C14", "食品制造业", "Foods"},
      {"C15", "酒、饮料和精制茶制造业", "Liquor, beverages and refined tea"},
      {"C16", "烟草制品业", "Tobacco"},
      {"C17", "纺织业", "Textiles"},
      {"C18", "纺织服装、服饰业", "Wearing apparel and accessories"},
      {"C19", "皮革、毛皮、羽毛及其制品和制鞋业", "Leather, fur, feather products and footwear"},
      {"C20", "木材加工和木、竹、藤、棕、草制品业", "Wood, bamboo, rattan, palm and straw products"},
      {"C21", "家具制造业", "Furniture"},
      {"C22", "造纸和纸制品业", "Paper and paper products"},
      {"C23", "印刷和记录媒介复制业", "Printing and reproduction of recording media"},
      {"C24", "文教、工美、体育和娱乐用品制造业", "Articles for culture, education, arts, sport and entertainment"},
      {"C25", "石油、煤炭及其他燃料加工业", "Processing of petroleum, coal and other fuels"},
      {"C26", "化学原料和化学制品制造业", "Raw chemical materials and chemical products"},
      {"C262", "肥料制造", "Fertilizers"},
      {"C2624", "复混肥料制造", "Compound fertilizers"},
      {"C265", "合成材料制造", "Synthetic materials"},
      {"C2652", "合成橡胶制造", "Synthetic rubber"},
      {"C266", "专用化学产品制造", "Special chemical products"},
      {"C2664", "文化用信息化学品制造", "Information chemicals for culture"},
      {"C2665", "医学生产用信息化学品制造", "Information chemicals for medicine"},
      {"C27", "医药制造业", "Medicines"},
      {"C28", "化学纤维制造业", "Chemical fibres"},
      {"C29", "橡胶和塑料制品业", "Rubber and plastics products"},
      {"C30", "非金属矿物制品业", "Non-metallic mineral products"},
      {"C31", "黑色金属冶炼和压延加工业", "Smelting and pressing of ferrous metals"},
      {"C32", "有色金属冶炼和压延加工业", "Smelting and pressing of non-ferrous metals"},
      {"C33", "金属制品业", "Metal products"},
      {"C34", "通用设备制造业", "General purpose machinery"},
      {"C342", "金属加工机械制造", "Metal working machinery"},
      {"C347", "文化、办公用机械制造", "Machinery for culture and offices"},
      {"C3474", "复印和胶印设备制造", "Copying and offset equipment"},
      {"C3475", "计算器及货币专用设备制造", "Calculators and currency equipment"},
      {"C35", "专用设备制造业", "Special purpose machinery"},
      {"C356", "电子和电工机械专用设备制造", "Special machinery for electronics"},
      {"C3562", "半导体器件专用设备制造", "Equipment for semiconductor devices"},
      {"C3563", "电子元器件与机电组件设备制造", "Equipment for electronic components"},
      {"C3569", "其他电子专用设备制造", "Other equipment for electronics"},
      {"C358", "医疗仪器设备及器械制造", "Medical instruments and equipment"},
      {"C36", "汽车制造业", "Motor vehicles"},
      {"C361", "汽车整车制造", "Complete motor vehicles"},
      {"C3611", "汽柴油车整车制造", "Petrol and diesel vehicles"},
      {"C3612", "新能源车整车制造", "New-energy vehicles"},
      {"C367", "汽车零部件及配件制造", "Motor vehicle parts"},
      {"C3670", "汽车零部件及配件制造", "Motor vehicle parts"},
      {"C37", "铁路、船舶、航空航天和其他运输设备制造业", "Railway, ship, aerospace and other transport equipment"},
      {"C371", "铁路运输设备制造", "Railway transport equipment"},
      {"C3711", "高铁车组制造", "High-speed train sets"},
      {"C3712", "铁路机车车辆制造", "Locomotives and rolling stock"},
      {"C372", "城市轨道交通设备制造", "Urban rail equipment"},
      {"C3720", "城市轨道交通设备制造", "Urban rail equipment"},
      {"C374", "航空、航天器及设备制造", "Aircraft, spacecraft and equipment"},
      {"C3742", "航天器及运载火箭制造", "Spacecraft and launch vehicles"},
      {"C38", "电气机械和器材制造业", "Electrical machinery and apparatus"},
      {"C383", "电线、电缆、光缆及电工器材制造", "Wires, cables and electrical materials"},
      {"C3832", "光纤制造", "Optical fibres"},
      {"C3833", "光缆制造", "Optical cables"},
      {"C384", "电池制造", "Batteries"},
      {"C3841", "锂离子电池制造", "Lithium-ion batteries"},
      {"C39", "计算机、通信和其他电子设备制造业", "Computers, communication and other electronic equipment"},
      {"C391", "计算机制造", "Computers"},
      {"C392", "通信设备制造", "Communication equipment"},
      {"C393", "广播电视设备制造", "Broadcasting and television equipment"},
      {"C394", "雷达及配套设备制造", "Radar equipment"},
      {"C395", "非专业视听设备制造", "Consumer audio and video equipment"},
      {"C396", "智能消费设备制造", "Intelligent consumer devices"},
      {"C397", "电子器件制造", "Electronic devices"},
      {"C3976", "光电子器件制造", "Optoelectronic devices"},
      {"C398", "电子元件及电子专用材料制造", "Electronic components and materials"},
      {"C399", "其他电子设备制造", "Other electronic equipment"},
      {"C40", "仪器仪表制造业", "Measuring instruments"},
      {"C401", "通用仪器仪表制造", "General instruments"},
      {"C402", "专用仪器仪表制造", "Special instruments"},
      {"C404", "光学仪器制造", "Optical instruments"},
      {"C409", "其他仪器仪表制造业", "Other instruments"},
      {"C41", "其他制造业", "Other manufacturing"},
      {"C42", "废弃资源综合利用业", "Utilisation of waste resources"},
      {"C43", "金属制品、机械和设备修理业", "Repair of metal products, machinery and equipment"},
      {"C434", "铁路、船舶、航空航天等运输设备修理", "Repair of transport equipment"},
      {"C4343", "航空航天器修理", "Repair of aircraft and spacecraft"},
      {"D", "电力、热力、燃气及水生产和供应业", "Electricity, heat, gas and water"},
      {"D44", "电力、热力生产和供应业", "Electricity and heat"},
      {"D45", "燃气生产和供应业", "Gas"},
      {"D46", "水的生产和供应业", "Water"},
  };
}

}  // namespace

const std::vector<Industry>& industries() {
  static const std::vector<Industry> all = table();
  return all;
}

const Industry* find_industry(std::string_view code) {
  const auto& all = industries();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Industry& i) { return i.code == code; });
  return found == all.end() ? nullptr : &*found;
}

std::string division_of(std::string_view code) {
  return code.size() < 3 ? std::string{} : std::string(code.substr(0, 3));
}

}  // namespace songhua
